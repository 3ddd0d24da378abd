import type { Ending } from '@narwhal/protocol'
import { endingOf } from '../ending-of.ts'
import { placeOf } from './place-of.ts'
import type { RunningJob } from './running-job.ts'
import type { IndexedStep } from './step-groups.ts'

/** A step whose turn has come, and whose container has started. */
export interface ReadyStep extends IndexedStep {
  /** The directory in the spool that its container sees. */
  readonly spoolPath: string
  /** How much of its output is kept; below 0 when that of a step before was cut already. */
  readonly capBytes: number
}

/** A step that ends before it could begin. */
export interface FailedStep extends IndexedStep {
  readonly fault: Ending
}

/** Starts the container of a step, unless it lives. */
export async function readyStep(
  step: IndexedStep,
  job: RunningJob,
  { capBytes, signal }: { readonly capBytes: number; readonly signal: AbortSignal },
): Promise<ReadyStep | FailedStep> {
  try {
    const { spoolPath } = await job.containers.at(placeOf(step.definition, step.index, job.definition), signal)
    const begun = job.work.former?.steps.get(step.index)?.begun
    return { ...step, spoolPath, capBytes: begun?.capBytes ?? capBytes }
  } catch (error) {
    return { ...step, fault: endingOf(error) }
  }
}
