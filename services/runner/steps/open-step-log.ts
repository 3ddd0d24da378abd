import { join, relative } from 'node:path'
import { stepLogPath } from '../engine/step-log-path.ts'
import type { KeptLog } from '../journal/journal-record.ts'
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
  const { clock, masker } = job.work
  const raw = tailLog(rawLogPath(step, job), { capBytes: step.capBytes, clock, onGrowth })
  return hasSecrets(step, job) ? maskedLog(raw, masker, maskedPath(step, job)) : raw
}

/** Where the same log lies for a later life of the runner. */
export function keptStepLog(step: ReadyStep, job: RunningJob): KeptLog {
  const { root } = job.work.directories
  if (hasSecrets(step, job)) return { path: relative(root, maskedPath(step, job)), capBytes: Number.MAX_SAFE_INTEGER }
  return { path: relative(root, rawLogPath(step, job)), capBytes: step.capBytes }
}

function hasSecrets({ definition }: ReadyStep, { work: { masker } }: RunningJob): boolean {
  return !masker.isEmpty && 'run' in definition.work
}

function maskedPath({ index }: ReadyStep, { work: { directories } }: RunningJob): string {
  return join(directories.logsPath, `masked-${index}.log`)
}
