import type { HttpClient, Log } from '@narwhal/host'
import { cancelAttempt, problem } from '@narwhal/protocol'
import type { AttemptRecord, JobRecord, RunnerRecord } from '@narwhal/store'
import { applyToJob } from './apply-event.ts'
import type { Changes } from './changes.ts'

export interface CancelJobDeps {
  readonly changes: Changes
  readonly client: HttpClient
  readonly runnerToken: string
  readonly log: Log
}

/**
 * Cancels a job. A queued one ends at once; a held one is told to its runner now, and again with its next renewal.
 *
 * @throws {ProblemError} JOB_NOT_FOUND; JOB_ENDED.
 */
export async function cancelJob(deps: CancelJobDeps, jobId: string, because: string): Promise<void> {
  const held = await deps.changes.change(async (change) => {
    const job = await change.tables.jobs.find(jobId)
    if (job === undefined) throw problem('JOB_NOT_FOUND', `there is no job ${jobId}`)
    if (job.state.state === 'finished') throw problem('JOB_ENDED', `the job ${job.state.ending.outcome} already`)
    const cancelled = await applyToJob(change, job, { type: 'cancelled', because, at: change.now })
    const attempt = await heldAttempt(change.tables.attempts.ofJobs([jobId]), cancelled)
    const runners = attempt === undefined ? [] : await change.tables.runners.list()
    const runner = runners.find(({ id }) => id === attempt?.runnerId)
    return attempt === undefined || runner === undefined ? undefined : { attempt, runner }
  })
  if (held !== undefined) await tellRunner(deps, held, because)
}

async function heldAttempt(
  attempts: Promise<readonly AttemptRecord[]>,
  { state }: JobRecord,
): Promise<AttemptRecord | undefined> {
  if (state.state !== 'leased' && state.state !== 'running') return undefined
  return (await attempts).find(({ number }) => number === state.attempt)
}

async function tellRunner(
  { client, runnerToken, log }: CancelJobDeps,
  held: { attempt: AttemptRecord; runner: RunnerRecord },
  because: string,
) {
  const { attempt, runner } = held
  const call = {
    baseUrl: runner.url,
    token: runnerToken,
    params: { attemptId: attempt.id },
    body: { because },
    timeoutMs: 3_000,
  }
  await client
    .call(cancelAttempt, call)
    .catch((error: unknown) => log.info({ err: error }, 'the runner hears of the cancel with its next renewal'))
}
