import type { Ending } from '@narwhal/protocol'
import { endingOf } from './ending-of.ts'
import { makeSpoolFile } from './engine/make-spool-file.ts'
import type { FormerStep } from './journal/former-attempt.ts'
import type { JournalRecord } from './journal/journal-record.ts'
import { readStepFiles, type StepFiles } from './produce/read-step-files.ts'
import { elapsedMs } from './steps/elapsed-ms.ts'
import { type Growth, openGrowth } from './steps/growth.ts'
import type { StepResult } from './steps/job-progress.ts'
import type { Masker } from './steps/masker.ts'
import { keptStepLog, openStepLog, rawLogPath } from './steps/open-step-log.ts'
import type { ReadyStep } from './steps/ready-step.ts'
import { runOnce } from './steps/run-once.ts'
import type { RunningJob } from './steps/running-job.ts'
import { stepFilePaths } from './steps/step-file-paths.ts'
import { isRetriedStep, retryLine, type StepTry } from './steps/step-retry.ts'
import { withinTimeout } from './steps/step-timeout.ts'

/** How a step ended and what it left. */
export interface EndedStep extends StepResult {
  readonly logBytes: number
  /** Absent when it could not begin. */
  readonly files?: StepFiles
}

/**
 * Runs one step and reports its start, its output and its end. It does not throw: whatever happened is the ending. Its
 * start is reported before this returns for the first time.
 */
export async function runStep(step: ReadyStep, job: RunningJob, signal: AbortSignal): Promise<EndedStep> {
  const { index, definition } = step
  const { report, clock, masker, journal } = job.work
  const former = formerStep(step, job)
  const growth = openGrowth(clock)
  const log = openStepLog(step, job, () => {
    growth.grown()
    job.growth.grown()
    report.grown()
  })
  using _heard = growth.hears(log)
  using _heardByJob = job.growth.hears(log)
  if (former === undefined) journal.note(beginning(step, job))
  report.stepStarted(index, log)
  const ended = await runUntilEnough(step, job, { growth, signal })
  const [files] = await Promise.all([readStepFiles(step.spoolPath, index, masker), log.end()])
  const { ending } = ended
  const logBytes = log.lengthBytes ?? 0
  journal.note({ type: 'step-left', step: index, logBytes, files })
  report.stepEnded(index, ending, ended.exitCode)
  return { definition, ...ended, ending, logBytes, files }
}

function beginning(step: ReadyStep, job: RunningJob): JournalRecord {
  const outlives = 'run' in step.definition.work
  return { type: 'step-begun', step: step.index, outlives, capBytes: step.capBytes, log: keptStepLog(step, job) }
}

interface Watch {
  readonly growth: Growth
  readonly signal: AbortSignal
}

/** Runs the step, and again as its `retry` says. Its timeout is one for each time. */
async function runUntilEnough(step: ReadyStep, job: RunningJob, watch: Watch): Promise<StepTry> {
  const { definition } = step
  const { clock } = job.work
  const { signal } = watch
  try {
    for (let retries = formerStep(step, job)?.lastTry?.retries ?? 0; ; retries++) {
      const ended = await tryStep(step, job, { ...watch, retries })
      if (definition.retry === undefined || !isRetriedStep(ended, definition.retry, retries)) return ended
      if (signal.aborted) return ended
      await appendLine(rawLogPath(step, job), retryLine(ended, definition.retry, retries))
      await clock.sleep(definition.retry.delayMs, signal)
      await emptyStepFiles(step)
    }
  } catch (error) {
    return { ending: maskedEnding(endingOf(error), job.work.masker) }
  }
}

/** Runs it once, unless a former life of the runner has; its time counts from when that began. */
async function tryStep(
  step: ReadyStep,
  job: RunningJob,
  watch: Watch & { readonly retries: number },
): Promise<StepTry> {
  const { index, definition } = step
  const { clock, journal, masker } = job.work
  const { growth, signal, retries } = watch
  const former = formerStep(step, job)
  const begun = former?.lastTry?.retries === retries ? former.lastTry : undefined
  if (begun !== undefined && former?.tried !== undefined) return former.tried
  const once = (limited: AbortSignal) => runOnce(step, job, { retries, begun, signal: limited })
  const elapsed = begun === undefined ? 0 : elapsedMs(begun.at, clock)
  const limits = { who: `Step "${definition.name}"`, growth, clock, signal, elapsedMs: elapsed }
  const { ending, ...rest } = await withinTimeout(once, definition.timeout, limits)
  const end = { ...rest, ending: maskedEnding(ending, masker) }
  journal.note({ type: 'step-tried', step: index, retries, end })
  return end
}

function formerStep({ index }: ReadyStep, { work }: RunningJob): FormerStep | undefined {
  return work.former?.steps.get(index)
}

function maskedEnding({ message, ...rest }: Ending, masker: Masker): Ending {
  return message === undefined ? rest : { ...rest, message: masker.mask(message) }
}

/** What a try that failed has put out counts no more. */
async function emptyStepFiles({ spoolPath, index }: ReadyStep): Promise<void> {
  for (const path of stepFilePaths(spoolPath, index)) await (await makeSpoolFile(path, 0o666)).close()
}

async function appendLine(path: string, line: string): Promise<void> {
  await using file = await makeSpoolFile(path, 0o666, { append: true })
  await file.appendFile(line)
}
