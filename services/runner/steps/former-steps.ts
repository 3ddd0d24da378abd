import type { FormerStep } from '../journal/former-attempt.ts'
import type { EndedStep } from '../run-step.ts'
import type { RunningJob } from './running-job.ts'
import type { IndexedStep } from './step-groups.ts'

/** A step that a former life of the runner has brought to its end. */
export interface FormerlyEnded extends IndexedStep {
  readonly end: EndedStep
}

/** Steps of a group by what a former life of the runner did with them. */
export interface FormerSteps {
  /** Without those that were skipped. */
  readonly ended: readonly FormerlyEnded[]
  readonly begun: readonly IndexedStep[]
  /** Nothing. */
  readonly open: readonly IndexedStep[]
}

/** Tells them apart. */
export function formerSteps(group: readonly IndexedStep[], { work: { former } }: RunningJob): FormerSteps {
  if (former === undefined) return { ended: [], begun: [], open: group }
  const { steps, events } = former
  const over = new Set(events.flatMap((event) => (event.type === 'step-ended' ? [event.step] : [])))
  return {
    ended: group.flatMap((step) => endedStep(step, steps.get(step.index))),
    begun: group.filter(({ index }) => steps.has(index) && !over.has(index)),
    open: group.filter(({ index }) => !steps.has(index) && !over.has(index)),
  }
}

function endedStep(step: IndexedStep, former: FormerStep | undefined): readonly FormerlyEnded[] {
  if (former?.ended === undefined) return []
  const { ended, left } = former
  const { ending, exitCode } = ended
  const told = { definition: step.definition, ending, ...(exitCode === undefined ? {} : { exitCode }) }
  return [{ ...step, end: { ...told, logBytes: left?.logBytes ?? 0, ...(left && { files: left.files }) } }]
}
