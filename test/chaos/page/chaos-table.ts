import { alignedTable } from '../../bench/table.ts'
import type { ChaosResult } from '../run-chaos.ts'
import { rowsOf, summaryOf } from './chaos-summary.ts'

const shownAtMost = 5

/** What came of a plan, for a terminal. */
export function chaosTable(result: ChaosResult): string {
  const { findings, kept, seed, mode } = result
  const violations = findings.flatMap(({ invariant, violations: all }) =>
    all.slice(0, shownAtMost).map(({ what }) => `${invariant}: ${what}`),
  )
  return [
    alignedTable(rowsOf(result)),
    '',
    ...summaryOf(result),
    ...(violations.length === 0 ? [] : ['', 'Violated, and more in violations.txt:', ...violations]),
    ...(kept === undefined ? [] : ['', `The ledger and the logs are in ${kept}`]),
    '',
    `The same plan again: pnpm chaos --mode ${mode} --jobs ${result.jobs} --kills ${result.planned.kills} --seed ${seed}`,
  ].join('\n')
}
