import type { EndedStep } from '../run-step.ts'
import { emptyLog } from './empty-log.ts'
import type { FailedStep } from './ready-step.ts'
import type { RunningJob } from './running-job.ts'

/** Reports a step that ends before it could begin. */
export async function failStep({ index, definition, fault }: FailedStep, { work }: RunningJob): Promise<EndedStep> {
  work.report.stepStarted(index, emptyLog)
  work.report.stepEnded(index, fault)
  return { definition, ending: fault, logBytes: 0 }
}
