import { type Commit, problem } from '@narwhal/protocol'
import type { AttemptRecord, JobRecord, StoreTables } from '@narwhal/store'
import { authorizeAttempt } from './authorize-attempt.ts'

/** An attempt that is leased or running, with what it is for. */
export interface HeldAttempt {
  readonly attempt: AttemptRecord
  readonly job: JobRecord
  readonly commit: Commit
}

/**
 * The attempt that a token belongs to, while its runner holds it: all its rights end with it.
 *
 * @throws {ProblemError} ATTEMPT_NOT_FOUND; ATTEMPT_TOKEN_WRONG; ATTEMPT_STALE once it is over.
 */
export async function heldAttempt(tables: StoreTables, attemptId: string, token: string): Promise<HeldAttempt> {
  const attempt = await authorizeAttempt(tables, attemptId, token)
  const { state } = attempt.state
  if (state !== 'leased' && state !== 'running') throw problem('ATTEMPT_STALE', `attempt ${attempt.number} is ${state}`)
  const job = await tables.jobs.find(attempt.jobId)
  const build = job && (await tables.builds.find(job.buildId))
  if (job === undefined || build === undefined) throw problem('JOB_NOT_FOUND', `attempt ${attemptId} has no job`)
  return { attempt, job, commit: build.commit }
}
