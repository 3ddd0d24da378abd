import type { Retry, RetryClass } from '@narwhal/pipeline'
import type { Ending } from '@narwhal/protocol'

export interface StepTry {
  readonly ending: Ending
  readonly exitCode?: number
}

const classes: Readonly<Record<string, RetryClass>> = {
  STEP_FAILED: 'failed',
  TIMEOUT_TOTAL: 'timeout',
  TIMEOUT_SILENCE: 'timeout',
  OUT_OF_MEMORY: 'out-of-memory',
}

/**
 * Whether a step that ended so is run once more. Only the author's own failures are: what errored is tried again as a
 * whole job.
 *
 * @param retries how often it was already.
 */
export function isRetriedStep({ ending, exitCode }: StepTry, retry: Retry | undefined, retries: number): boolean {
  if (retry === undefined || retries >= retry.max || ending.outcome !== 'failed') return false
  if (retry.on === undefined) return true
  const kind = classes[ending.code ?? '']
  const isClass = kind !== undefined && retry.on.classes.includes(kind)
  return isClass || (exitCode !== undefined && retry.on.exitCodes.includes(exitCode))
}

/** The line that the log of the step gets before it is run again. */
export function retryLine({ ending, exitCode }: StepTry, { max, delayMs }: Retry, retries: number): string {
  const why = ending.code === 'STEP_FAILED' ? `Failed with exit code ${exitCode}` : reasons[ending.code ?? '']
  const when = delayMs === 0 ? 'trying again' : `trying again in ${delayMs / 1000} s`
  return `[narwhal] ${why ?? 'Failed'}; ${when} (${retries + 1} of ${max}).\n`
}

const reasons: Readonly<Record<string, string>> = {
  TIMEOUT_TOTAL: 'Took too long',
  TIMEOUT_SILENCE: 'Was silent for too long',
  OUT_OF_MEMORY: 'Ran out of memory',
}
