import { problem } from '@narwhal/protocol'
import type { BuildRecord, JobRecord } from '@narwhal/store'
import { insertBuild, queuedAt } from './accept-commit.ts'
import type { Change } from './changes.ts'
import { publishBuild } from './publish-build.ts'

/**
 * A new build of the same commit in which this job runs again; jobs that passed are taken over by reference.
 *
 * @throws {ProblemError} JOB_NOT_FOUND; JOB_NOT_ENDED while the build goes on.
 */
export async function resubmitJob(change: Change, jobId: string): Promise<BuildRecord> {
  const job = await change.tables.jobs.find(jobId)
  const build = job && (await change.tables.builds.find(job.buildId))
  if (job === undefined || build === undefined) throw problem('JOB_NOT_FOUND', `there is no job ${jobId}`)
  if (build.state.state !== 'finished') throw problem('JOB_NOT_ENDED', `build #${build.number} is ${build.state.state}`)
  const jobs = await change.tables.jobs.ofBuilds([build.id])
  if (!jobs.some((one) => one.kind === 'plan' && one.id !== jobId && hasPassed(one))) {
    return insertBuild(change, build.commit, { resubmitOf: build.id })
  }
  const again = await change.tables.builds.insert({
    id: change.newId(),
    commit: build.commit,
    createdAt: change.now,
    resubmitOf: build.id,
  })
  for (const one of jobs) await takeOver(change, again.id, { job: one, runs: one.id === jobId || !hasPassed(one) })
  change.touch({ kind: 'queued' })
  return publishBuild(change, again, 'build-queued')
}

function hasPassed({ state }: JobRecord): boolean {
  return state.state === 'finished' && state.ending.outcome === 'passed'
}

async function takeOver(
  change: Change,
  buildId: string,
  { job, runs }: { job: JobRecord; runs: boolean },
): Promise<void> {
  const { kind, name, position, digest, steps, labels, state } = job
  const copy = {
    id: change.newId(),
    buildId,
    kind,
    name,
    position,
    steps,
    labels,
    ...(digest === undefined ? {} : { digest }),
  }
  if (runs) await change.tables.jobs.insert({ ...copy, state: queuedAt(change.now) })
  else await change.tables.jobs.insert({ ...copy, state, takenFrom: job.takenFrom ?? job.id })
}
