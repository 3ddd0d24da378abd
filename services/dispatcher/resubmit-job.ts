import { problem } from '@narwhal/protocol'
import type { BuildRecord, JobRecord } from '@narwhal/store'
import { insertBuild } from './accept-commit.ts'
import { cancelAll, endBuildWithLastJob } from './apply-event.ts'
import type { Change } from './changes.ts'
import { draftJob } from './draft-job.ts'
import { hasPassed, jobsToRunAgain } from './jobs-to-run-again.ts'
import { publishBuild } from './publish-build.ts'
import { insertJobs } from './release-jobs.ts'
import { supersededBuilds } from './superseded.ts'

/**
 * A new build of the same commit in which this job runs again; jobs that passed are taken over by reference, but those
 * whose artifacts somebody needs and nobody has any more.
 *
 * @throws {ProblemError} JOB_NOT_FOUND; JOB_NOT_ENDED while the build goes on.
 */
export async function resubmitJob(change: Change, jobId: string): Promise<BuildRecord> {
  const job = await change.tables.jobs.find(jobId)
  const build = job && (await change.tables.builds.find(job.buildId))
  if (job === undefined || build === undefined) throw problem('JOB_NOT_FOUND', `there is no job ${jobId}`)
  if (build.state.state !== 'finished') throw problem('JOB_NOT_ENDED', `build #${build.number} is ${build.state.state}`)
  const jobs = await change.tables.jobs.ofBuilds([build.id])
  const isPlanned = jobs.some((one) => one.kind === 'plan' && one.id !== jobId && hasPassed(one))
  if (!isPlanned || isOutdated(job)) {
    return insertBuild(change, build.commit, { resubmitOf: build.id })
  }
  const { concurrency } = build
  const again = await change.tables.builds.insert({
    id: change.newId(),
    commit: build.commit,
    createdAt: change.now,
    resubmitOf: build.id,
    ...(concurrency === undefined ? {} : { concurrency }),
  })
  const toRun = await jobsToRunAgain(change, jobs, jobId)
  const draftOf = (one: JobRecord) => {
    if (one.id === jobId) return runAgain(change, again, one)
    return toRun.has(one.id) ? decideAnew(change, again, one) : takeOver(change, again, one)
  }
  const drafts = jobs.map(draftOf)
  const superseded = await insertJobs(change, again, drafts)
  const published = await publishBuild(change, again, 'build-queued')
  await cancelAll(change, [...superseded, ...(await supersededBuilds(change, again))])
  await endBuildWithLastJob(change, again.id, await change.tables.jobs.ofBuilds([again.id]))
  return (await change.tables.builds.find(again.id)) ?? published
}

/** The runner found another job than the one that was planned: it would find that again. */
function isOutdated({ state }: JobRecord): boolean {
  return state.state === 'finished' && state.ending.code === 'PLAN_CHANGED'
}

/** What passed is taken over. */
function takeOver(change: Change, build: BuildRecord, job: JobRecord): JobRecord {
  const { approvedBy: _, ...kept } = job
  const takenFrom = job.takenFrom ?? job.id
  return { ...kept, id: change.newId(), buildId: build.id, takenFrom, attempts: 0, revision: 0 }
}

/** The rest waits for what runs again, and needs new approvals. */
function decideAnew(change: Change, build: BuildRecord, job: JobRecord): JobRecord {
  const { planned, position } = job
  return planned === undefined ? job : draftJob(change, build, { planned, position })
}

/** Whoever asks for a job wants it to run: no earlier one stands for it. */
function runAgain(change: Change, build: BuildRecord, job: JobRecord): JobRecord {
  const { position } = job
  if (job.planned === undefined) return job
  const { reuseKey: _, ...planned } = job.planned
  return draftJob(change, build, { planned, position })
}
