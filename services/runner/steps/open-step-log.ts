import { join } from 'node:path'
import { stepLogPath } from '../engine/step-log-path.ts'
import { type StepLog, tailLog } from '../tail-log.ts'
import { maskedLog } from './masked-log.ts'
import type { ReadyStep } from './ready-step.ts'
import type { RunningJob } from './running-job.ts'

/** Where the output of a step goes: into the spool of its container; what the runner itself writes, masked, where no container gets. */
export function rawLogPath({ index, definition, spoolPath }: ReadyStep, { work }: RunningJob): string {
  return stepLogPath('run' in definition.work ? spoolPath : work.directories.logsPath, index)
}

/** The log of a step, as it may be told: without secrets. */
export function openStepLog(step: ReadyStep, job: RunningJob, onGrowth: () => void): StepLog {
  const { clock, masker, directories } = job.work
  const raw = tailLog(rawLogPath(step, job), { capBytes: step.capBytes, clock, onGrowth })
  const isMasked = masker.isEmpty || !('run' in step.definition.work)
  return isMasked ? raw : maskedLog(raw, masker, join(directories.logsPath, `masked-${step.index}.log`))
}
