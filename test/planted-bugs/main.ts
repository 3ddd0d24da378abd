import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runMain } from '@narwhal/host'
import { alignedTable, markdownTable } from '../bench/table.ts'
import { type Catch, catchBug } from './catch-bug.ts'
import { openNursery } from './open-nursery.ts'
import { readBugs } from './read-bugs.ts'
import { rigs } from './rigs.ts'

// `pnpm planted-bugs` plants each bug into a copy of HEAD, and says which rig caught it and how fast. Exit code 1: one was not.
//
//   --only 03,07       some bugs only, by the beginnings of their names
//   --rigs simulation  some rigs only: simulation, tests, real tests
//   --markdown FILE    the table as Markdown
//   --verbose          what the rig said of each

await runMain(async ({ argv, signal }) => {
  const { values } = parseArgs({
    args: [...argv].filter((one) => one !== '--'),
    options: {
      only: { type: 'string' },
      rigs: { type: 'string' },
      markdown: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  })
  const wanted = values.only?.split(',')
  const bugs = readBugs().filter(({ name }) => wanted?.some((start) => name.startsWith(start)) ?? true)
  const asked = values.rigs?.split(',')
  const chosen = rigs.filter(({ name }) => asked?.includes(name) ?? true)
  await using nursery = await openNursery()
  const ended: Catch[] = []
  for (const bug of bugs) {
    print(`${bug.name}: ${bug.what}`)
    await nursery.plant(bug)
    const one = await catchBug(bug, nursery, { rigs: chosen, signal })
    await nursery.weed()
    ended.push(one)
    print(`  ${one.rig === undefined ? 'NOT CAUGHT' : `caught by ${one.rig}`} after ${seconds(one.tookMs)}`)
    if (values.verbose || one.rig === undefined) print(one.said)
  }
  const caught = ended.filter(({ rig }) => rig !== undefined).length
  print(`\n${alignedTable(cellsOf(ended))}\n\n${caught} of ${ended.length} planted bugs were caught.`)
  if (values.markdown !== undefined) await writeFile(values.markdown, `${markdownTable(cellsOf(ended))}\n`)
  return caught === ended.length ? 0 : 1
})

function cellsOf(ended: readonly Catch[]): readonly (readonly string[])[] {
  const rows = ended.map(({ bug, rig, tookMs }) => [bug.name, bug.what, rig ?? 'NOBODY', seconds(tookMs)])
  return [['bug', 'what goes wrong', 'caught by', 'after'], ...rows]
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
