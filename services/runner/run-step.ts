import type { Ending } from '@narwhal/protocol'
import { endingOf } from './ending-of.ts'
import { makeSpoolFile } from './engine/make-spool-file.ts'
import { readStepFiles, type StepFiles } from './produce/read-step-files.ts'
import { type Growth, openGrowth } from './steps/growth.ts'
import type { StepResult } from './steps/job-progress.ts'
import { openStepLog, rawLogPath } from './steps/open-step-log.ts'
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
  const { report, clock, masker } = job.work
  const growth = openGrowth(clock)
  const log = openStepLog(step, job, () => {
    growth.grown()
    job.growth.grown()
    report.grown()
  })
  using _heard = growth.hears(log)
  using _heardByJob = job.growth.hears(log)
  report.stepStarted(index, log)
  const ended = await runUntilEnough(step, job, { growth, signal })
  const [files] = await Promise.all([readStepFiles(step.spoolPath, index, masker), log.end()])
  const { message, ...rest } = ended.ending
  const ending: Ending = message === undefined ? rest : { ...rest, message: masker.mask(message) }
  report.stepEnded(index, ending, ended.exitCode)
  return { definition, ...ended, ending, logBytes: log.lengthBytes ?? 0, files }
}

interface Watch {
  readonly growth: Growth
  readonly signal: AbortSignal
}

/** Runs the step, and again as its `retry` says. Its timeout is one for each time. */
async function runUntilEnough(step: ReadyStep, job: RunningJob, { growth, signal }: Watch): Promise<StepTry> {
  const { definition } = step
  const { clock } = job.work
  const limits = { who: `Step "${definition.name}"`, growth, clock, signal }
  try {
    for (let retries = 0; ; retries++) {
      const once = (limited: AbortSignal) => runOnce(step, job, { isRetry: retries > 0, signal: limited })
      const ended = await withinTimeout(once, definition.timeout, limits)
      if (definition.retry === undefined || !isRetriedStep(ended, definition.retry, retries)) return ended
      if (signal.aborted) return ended
      await appendLine(rawLogPath(step, job), retryLine(ended, definition.retry, retries))
      await clock.sleep(definition.retry.delayMs, signal)
      await emptyStepFiles(step)
    }
  } catch (error) {
    return { ending: endingOf(error) }
  }
}

/** What a try that failed has put out counts no more. */
async function emptyStepFiles({ spoolPath, index }: ReadyStep): Promise<void> {
  for (const path of stepFilePaths(spoolPath, index)) await (await makeSpoolFile(path, 0o666)).close()
}

async function appendLine(path: string, line: string): Promise<void> {
  await using file = await makeSpoolFile(path, 0o666, { append: true })
  await file.appendFile(line)
}
