import { endingOf } from './ending-of.ts'
import { failStep } from './steps/fail-step.ts'
import { type EndedStep, runStep } from './run-step.ts'
import { chooseSteps } from './steps/choose-steps.ts'
import type { StepFiles } from './produce/read-step-files.ts'
import { type JobLimits, startJobLimits } from './steps/job-limits.ts'
import { afterInterruption, afterSteps, freshProgress, type JobProgress } from './steps/job-progress.ts'
import { type FormerlyEnded, formerSteps } from './steps/former-steps.ts'
import { type FailedStep, type ReadyStep, readyStep } from './steps/ready-step.ts'
import type { RunningJob } from './steps/running-job.ts'
import { type IndexedStep, stepGroups } from './steps/step-groups.ts'

/** What all steps of a job may write together. */
const logCapBytes = 64 * 1024 * 1024

/** How the steps ended, and what they left. */
export interface StepsEnd extends JobProgress {
  /** What each of them appended to its files, in their order. */
  readonly files: readonly StepFiles[]
}

/** Runs the steps whose conditions hold, in their order; neighbours with the same number side by side. */
export async function runSteps(job: RunningJob): Promise<StepsEnd> {
  using limits = startJobLimits(job.definition, job.growth, job.work)
  const ended: EndedStep[] = []
  let progress = freshProgress
  for (const group of stepGroups(job.definition.steps)) {
    progress = interrupted(progress, limits)
    const writtenBytes = ended.reduce((sum, { logBytes }) => sum + logBytes, 0)
    const results = await runGroup(group, job, { progress, limits, capBytes: logCapBytes - writtenBytes })
    progress = afterSteps(progress, results)
    if (results.some(({ ending }) => ending.outcome !== 'passed')) progress = interrupted(progress, limits)
    ended.push(...results)
  }
  return { ...progress, files: ended.flatMap(({ files }) => (files === undefined ? [] : [files])) }
}

/** The progress after what ended steps early, if something did. */
function interrupted(progress: JobProgress, limits: JobLimits): JobProgress {
  return limits.interruptions().reduce<JobProgress>((last, why) => afterInterruption(last, endingOf(why)), progress)
}

interface GroupOptions {
  readonly progress: JobProgress
  readonly limits: JobLimits
  /** For the output of all together; below 0 once a log was cut. */
  readonly capBytes: number
}

/** Neighbours end all before the job goes on. Their logs begin in their order. */
async function runGroup(
  group: readonly IndexedStep[],
  job: RunningJob,
  { progress, limits, capBytes }: GroupOptions,
): Promise<readonly EndedStep[]> {
  const { ended, begun, open } = formerSteps(group, job)
  const signal = limits.signal()
  const { run, failed, skipped } = chooseSteps(signal.aborted ? [] : open, job, progress.state)
  for (const { index } of signal.aborted ? open : skipped) job.work.report.stepEnded(index, { outcome: 'skipped' })
  const share = { capBytes: run.length > 1 && capBytes > 0 ? Math.floor(capBytes / run.length) : capBytes, signal }
  const ready = await Promise.all([...begun, ...run].map((step) => readyStep(step, job, share)))
  const inOrder = [...ended, ...ready, ...failed].sort((one, other) => one.index - other.index)
  const signalOf = (step: IndexedStep) =>
    begun.some(({ index }) => index === step.index) ? limits.formerSignal : signal
  return limits.whileHeard(() => Promise.all(inOrder.map((step) => endOf(step, job, signalOf(step)))))
}

function endOf(step: FormerlyEnded | ReadyStep | FailedStep, job: RunningJob, signal: AbortSignal): Promise<EndedStep> {
  if ('end' in step) return Promise.resolve(step.end)
  return 'fault' in step ? failStep(step, job) : runStep(step, job, signal)
}
