import { nextAttempt, nextBuild, nextJob } from '@narwhal/pipeline'
import type { AttemptEvent, BuildEvent, Ending, JobEvent } from '@narwhal/protocol'
import type { AttemptRecord, BuildRecord, JobRecord } from '@narwhal/store'
import type { Change } from './changes.ts'
import { publishBuild } from './publish-build.ts'

// The one place where states change: load, ask the pure function, compare-and-set, publish.
//
// 1. A late or repeated event changes nothing: `next…` returns the state itself, and nothing is written.
// 2. An attempt's end reaches its job, a job's end reaches its build, in the same transaction.

/** Applies `event` to an attempt, and what follows from it to its job and build. */
export async function applyToAttempt(
  change: Change,
  attempt: AttemptRecord,
  event: AttemptEvent,
): Promise<AttemptRecord> {
  const state = nextAttempt(attempt.state, event)
  if (state === attempt.state) return attempt
  const saved = await change.tables.attempts.save(attempt, { state })
  if (state.state !== 'running') change.touch({ kind: 'ended', attemptId: attempt.id })
  const job = await change.tables.jobs.find(attempt.jobId)
  if (job !== undefined) await applyToJob(change, job, { ...event, attempt: attempt.number })
  return saved
}

/** Applies `event` to a job, and what follows from it to its build. */
export async function applyToJob(change: Change, job: JobRecord, event: JobEvent): Promise<JobRecord> {
  const state = nextJob(job.state, event)
  if (state === job.state) return job
  const attempts = event.type === 'leased' ? event.attempt : job.attempts
  const saved = await change.tables.jobs.save(job, { state, attempts })
  change.touch({ kind: 'build', buildId: job.buildId })
  if (state.state === 'queued') change.touch({ kind: 'queued' })
  if (state.state === 'running') await applyToBuild(change, job.buildId, { type: 'started', at: change.now })
  if (state.state === 'finished') await endBuildWithLastJob(change, job.buildId)
  return saved
}

async function endBuildWithLastJob(change: Change, buildId: string): Promise<void> {
  const jobs = await change.tables.jobs.ofBuilds([buildId])
  const endings = jobs.flatMap(({ state }) => (state.state === 'finished' ? [state.ending] : []))
  if (endings.length < jobs.length) return
  await applyToBuild(change, buildId, { type: 'jobs-ended', endings: decisive(jobs, endings), at: change.now })
}

/** A plan that passed says nothing about the commit once its jobs have spoken. */
function decisive(jobs: readonly JobRecord[], endings: readonly Ending[]): readonly Ending[] {
  const spoken = endings.filter((_, place) => jobs[place]?.kind === 'steps')
  const planFailed = endings.some(({ outcome }, place) => jobs[place]?.kind === 'plan' && outcome !== 'passed')
  return spoken.length === 0 || planFailed ? endings : spoken
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
