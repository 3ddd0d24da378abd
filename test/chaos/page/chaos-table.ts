import { alignedTable } from '../../bench/table.ts'
import type { ChaosResult } from '../run-chaos.ts'

/** What came of a plan, for a terminal. */
export function chaosTable({ findings, faults, figures, plan, kills, tookMs, kept }: ChaosResult): string {
  const rows = findings.map(({ invariant, says, checked, violations }) => [
    invariant,
    says,
    String(checked),
    violations.length === 0 ? '0' : `${violations.length} VIOLATED`,
  ])
  const violations = findings.flatMap((finding) =>
    finding.violations.slice(0, 5).map(({ what }) => `${finding.invariant}: ${what}`),
  )
  return [
    alignedTable([['', 'invariant', 'checked', 'violated'], ...rows]),
    '',
    `seed ${plan.seed}, ${plan.pushes.length} commits, ${plan.jobs} jobs planned, ${kills} kills, ${(tookMs / 1000).toFixed(0)} s`,
    `faults: ${JSON.stringify(faults)}`,
    `figures: ${JSON.stringify(figures)}`,
    ...(violations.length === 0 ? [] : ['', ...violations]),
    ...(kept === undefined ? [] : ['', `The ledger and the logs are in ${kept}`]),
  ].join('\n')
}
