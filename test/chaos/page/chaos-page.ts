import { markdownTable } from '../../bench/table.ts'
import type { ChaosResult } from '../run-chaos.ts'
import { rowsOf, summaryOf } from './chaos-summary.ts'

/** What came of a plan, as a page. */
export function chaosPage(result: ChaosResult): string {
  const { mode, jobs, planned, seed } = result
  const command = `pnpm chaos --mode ${mode} --jobs ${jobs} --kills ${planned.kills} --seed ${seed}`
  return [
    `# Chaos: ${mode}`,
    '',
    `\`${command}\``,
    '',
    ...summaryOf(result).map((line) => `- ${line}`),
    '',
    markdownTable(rowsOf(result)),
    '',
  ].join('\n')
}
