import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { runMain } from '@narwhal/host'
import { alignedTable } from '../bench/table.ts'
import { describeViolation } from './describe-violation.ts'
import { openLanes } from './lane/open-lanes.ts'
import { addOutcome, describeSum, emptySum, progressLine } from './sum.ts'
import { shrinkOutcome } from './shrink-outcome.ts'
import { simulateMany } from './simulate-many.ts'
import type { Outcome } from './simulate.ts'

// `pnpm sim` simulates Narwhal under all faults at once, one schedule per seed, and ends with 1 when an invariant is broken.
//
//   --schedules N        so many seeds (1,000)
//   --seed S             the first of them; alone: this one, with its trace
//   --keep a,b,c         with --seed: only these decisions, as the end of a shrunk schedule says
//   --all                with --seed: every line of the trace
//   --until-violation    ends at the first violation
//   --minutes M          ends after so long at the latest
//   --no-shrink          shows violations as they are
//   --soak               one schedule of two hours, with the sizes of everything that could grow
//   --json               the sum as JSON

await runMain(async ({ argv, signal }) => {
  const { values } = parseArgs({
    args: argv.filter((one) => one !== '--'),
    options: {
      ...{
        schedules: { type: 'string' },
        seed: { type: 'string' },
        keep: { type: 'string' },
        minutes: { type: 'string' },
      },
      ...{ all: { type: 'boolean' }, soak: { type: 'boolean' }, json: { type: 'boolean' } },
      ...{ 'until-violation': { type: 'boolean' }, 'no-shrink': { type: 'boolean' }, lanes: { type: 'string' } },
    },
  })
  const lanes = Number(values.lanes ?? availableParallelism())
  await using open = openLanes(lanes)
  const seed = Number(values.seed ?? 1)
  const isSingle = values.seed !== undefined && values.schedules === undefined
  const shrinks = !values['no-shrink'] && values.keep === undefined && !values.soak
  const outcomes: Outcome[] = []
  let sum = emptySum(seed)

  if (values.soak || isSingle) {
    const kept = values.keep?.split(',')
    const startedAt = performance.now()
    const isLong = values.soak ?? false
    const keepsTrace = !isLong || (values.all ?? false)
    const outcome = await open.simulate({ seed, kept, keepsTrace, isLong })
    sum = { ...addOutcome(sum, outcome), realMs: performance.now() - startedAt }
    if (!values.json) print(isLong ? describeSizes(outcome) : describeTrace(outcome, values.all ?? false))
    if (!values.json && isLong && keepsTrace) print(describeTrace(outcome, true))
    if (outcome.violations.length > 0) outcomes.push(outcome)
  } else {
    const last = seed + Number(values.schedules ?? 1_000) - 1
    const deadline = performance.now() + Number(values.minutes ?? 600) * 60_000
    const onViolation = (one: Outcome) => {
      outcomes.push(one)
      const [violation] = one.violations
      process.stderr.write(`\rseed ${one.seed} breaks ${violation?.invariant}: ${violation?.what}\n`)
    }
    const isEnough = () =>
      signal.aborted || performance.now() > deadline || (values['until-violation'] === true && outcomes.length > 0)
    sum = await simulateMany(open, {
      ...{ first: seed, last, isEnough, onViolation },
      onProgress: (sofar) => process.stderr.write(`\r${progressLine(sofar)}`),
    })
    process.stderr.write('\n')
  }

  const [first] = outcomes
  if (first !== undefined) {
    const shrunk = shrinks ? await shrinkOutcome(first, open, lanes) : first
    print(describeViolation(first, shrunk))
  }
  print(values.json ? JSON.stringify(sum, undefined, 2) : describeSum(sum))
  return outcomes.length === 0 ? 0 : 1
})

/** What could grow, as time went by. */
function describeSizes({ sizes }: Outcome): string {
  const names = [...new Set(sizes.flatMap((look) => Object.keys(look)))]
  return alignedTable(names.map((name) => [name, ...sizes.map((look) => String(look[name] ?? ''))]))
}

function describeTrace({ lines, hash, seed }: Outcome, all: boolean): string {
  const shown = lines.filter(({ weight }) => all || weight === 'story')
  const text = shown.map(({ atMs, who, what }) => `${(atMs / 1000).toFixed(3).padStart(8)}  ${who.padEnd(13)} ${what}`)
  return [...text, `seed ${seed}: trace ${hash}`].join('\n')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
