import { nextAttempt, nextBuild } from '@narwhal/pipeline'
import type { AttemptEvent, BuildEvent, JobEvent } from '@narwhal/protocol'
import type { AttemptRecord, BuildRecord, JobChanges, JobRecord } from '@narwhal/store'
import type { Cancel } from './cancels.ts'
import { changeJob } from './change-job.ts'
import type { Change } from './changes.ts'
import { decisiveEndings } from './decisive-endings.ts'
import { jobEventOf } from './job-event-of.ts'
import { publishBuild } from './publish-build.ts'
import { releaseJobs } from './release-jobs.ts'

// The one place where states change: load, ask the pure function, compare-and-set, publish.
//
// 1. A late or repeated event changes nothing: `next…` returns the state itself, and nothing is written.
// 2. An attempt's end reaches its job, a job's end reaches those that wait for it and its build, in the same transaction.

/** What is stored with the new state. */
type Also = Omit<JobChanges, 'state' | 'attempts'>

/** Applies `event` to an attempt, and what follows from it to its job and build. */
export async function applyToAttempt(
  change: Change,
  attempt: AttemptRecord,
  event: AttemptEvent,
  also: Also = {},
): Promise<AttemptRecord> {
  const state = nextAttempt(attempt.state, event)
  if (state === attempt.state) return attempt
  const saved = await change.tables.attempts.save(attempt, { state })
  if (state.state !== 'running') change.touch({ kind: 'ended', attemptId: attempt.id })
  const job = await change.tables.jobs.find(attempt.jobId)
  if (job !== undefined) await applyToJob(change, job, jobEventOf(job, attempt, event), also)
  return saved
}

/** Applies `event` to a job, and what follows from it to other jobs and its build. */
export async function applyToJob(change: Change, job: JobRecord, event: JobEvent, also: Also = {}): Promise<JobRecord> {
  const saved = await changeJob(change, job, event, also)
  if (saved === job) return job
  if (saved.state.state === 'running') await applyToBuild(change, job.buildId, { type: 'started', at: change.now })
  if (saved.state.state !== 'finished') return saved
  const { jobs, cancels } = await releaseJobs(change, saved)
  await endBuildWithLastJob(change, job.buildId, jobs)
  await cancelAll(change, cancels)
  return saved
}

/** Cancels jobs because of what happened to others. */
export async function cancelAll(change: Change, cancels: readonly Cancel[]): Promise<void> {
  for (const { jobId, because } of cancels) {
    const job = await change.tables.jobs.find(jobId)
    if (job !== undefined) await applyToJob(change, job, { type: 'cancelled', because, at: change.now })
  }
}

/** Ends a build none of whose jobs is left; `jobs` are all of them, as they are stored now. */
export async function endBuildWithLastJob(change: Change, buildId: string, jobs: readonly JobRecord[]): Promise<void> {
  const endings = decisiveEndings(jobs)
  if (endings !== undefined) await applyToBuild(change, buildId, { type: 'jobs-ended', endings, at: change.now })
}

async function applyToBuild(change: Change, buildId: string, event: BuildEvent): Promise<void> {
  const build = await change.tables.builds.find(buildId)
  if (build === undefined) return
  const state = nextBuild(build.state, event)
  if (state === build.state) return
  const type = state.state === 'finished' ? 'build-finished' : 'build-started'
  const changed: BuildRecord = { ...build, state }
  await publishBuild(change, changed, type)
}
