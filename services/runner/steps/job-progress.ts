import type { StepDefinition } from '@narwhal/pipeline'
import type { Ending, Outcome } from '@narwhal/protocol'

/** How a step ended. */
export interface StepResult {
  readonly definition: StepDefinition
  readonly ending: Ending
  readonly exitCode?: number
}

/** How a job stands between its steps: what conditions ask for, and how it would end now. */
export interface JobProgress {
  readonly state: 'success' | 'failure' | 'cancelled'
  readonly ending: Ending
  /** Of the step that decided. */
  readonly exitCode?: number
}

/** Nothing has happened yet. */
export const freshProgress: JobProgress = { state: 'success', ending: { outcome: 'passed' } }

/** Worst last. */
const order: readonly Outcome[] = ['skipped', 'passed', 'failed', 'errored', 'cancelled']

/** After steps that ran side by side, or one. The first failure of a job decides; of neighbours the worst. */
export function afterSteps(progress: JobProgress, results: readonly StepResult[]): JobProgress {
  if (progress.state !== 'success') return progress
  const counted = results.filter(({ definition, ending }) => !(definition.allowFailure && ending.outcome === 'failed'))
  const worst = counted.reduce<StepResult | undefined>(
    (worse, result) => (worse === undefined || rankOf(result) > rankOf(worse) ? result : worse),
    undefined,
  )
  if (worst === undefined || rankOf(worst) <= order.indexOf('passed')) return progress
  const { ending, exitCode } = worst
  return { ...(exitCode === undefined ? {} : { exitCode }), ...failedWith(ending) }
}

/** After something ended the job early: a cancel always decides, a timeout unless a step had failed before. */
export function afterInterruption(progress: JobProgress, ending: Ending): JobProgress {
  return ending.outcome === 'cancelled' || progress.state === 'success' ? failedWith(ending) : progress
}

function failedWith(ending: Ending): JobProgress {
  return { state: ending.outcome === 'cancelled' ? 'cancelled' : 'failure', ending }
}

function rankOf({ ending }: StepResult): number {
  return order.indexOf(ending.outcome)
}
