import type { Ending, PlannedRetry } from '@narwhal/protocol'

/** How an attempt failed. `failed`: how many attempts of its job failed before and were retried. */
export interface AttemptFailure {
  readonly ending: Ending
  /** Of the step that decided. */
  readonly exitCode?: number
  readonly failed: number
}

/**
 * Whether the pipeline wants another attempt after one that failed.
 *
 * @returns how long it waits, in milliseconds; `undefined`: no other attempt.
 */
export function chooseRetry(retry: PlannedRetry | undefined, failure: AttemptFailure): number | undefined {
  if (retry === undefined || failure.ending.outcome !== 'failed' || failure.failed >= retry.max) return undefined
  return wants(retry, failure) ? retry.delayMs : undefined
}

function wants({ on }: PlannedRetry, { ending, exitCode }: AttemptFailure): boolean {
  if (on === undefined) return true
  const hasCode = exitCode !== undefined && on.exitCodes.includes(exitCode)
  const kind = classOf(ending.code)
  return hasCode || (kind !== undefined && on.classes.includes(kind))
}

function classOf(code: string | undefined): 'failed' | 'timeout' | 'out-of-memory' | undefined {
  if (code === 'STEP_FAILED') return 'failed'
  if (code === 'OUT_OF_MEMORY') return 'out-of-memory'
  return code?.startsWith('TIMEOUT_') === true ? 'timeout' : undefined
}
