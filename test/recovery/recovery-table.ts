import { alignedTable } from '../bench/table.ts'
import type { Recovered } from './run-recovery.ts'

/** What was measured, and on which machine. */
export interface RecoveryResults {
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly node: string
    /** How long 4 KiB take until they are durable, in milliseconds. */
    readonly p50Ms: number
    readonly p99Ms: number
    /** Of the last 1, 5 and 15 minutes. */
    readonly load: readonly number[]
  }
  readonly rows: readonly Recovered[]
}

const head = ['', 'median', 'min', 'max', 'goal', 'met', 'n', 'failed', 'what'] as const

/** The results as people read them, failures last. */
export function recoveryTable({ machine, rows }: RecoveryResults): string {
  const { cpu, cores, node, p50Ms, p99Ms, load } = machine
  const disk = `4 KiB made durable in ${p50Ms.toFixed(2)} ms (p99 ${p99Ms.toFixed(2)})`
  const about = `${cores} × ${cpu}, Node ${node}; ${disk}; load ${load.join(', ')}`
  const body = rows.map((row) => [
    row.id,
    seconds(row.medianMs),
    seconds(row.minMs),
    seconds(row.maxMs),
    row.goalMs === undefined ? '' : `≤ ${seconds(row.goalMs)}`,
    row.met ? 'yes' : 'NO',
    String(row.n),
    String(row.failures.length),
    row.what,
  ])
  return [about, '', alignedTable([head, ...body]), ...rows.flatMap(({ failures }) => failures)].join('\n')
}

function seconds(ms: number): string {
  return Number.isNaN(ms) ? '–' : `${(ms / 1000).toFixed(2)} s`
}
