import type { BuildRecord, JobRecord } from '@narwhal/store'
import type { Cancel } from './cancels.ts'
import { touchJob } from './change-job.ts'
import type { Change } from './changes.ts'
import { failFast } from './fail-fast.ts'
import { keepTakenOver } from './keep-artifacts.ts'
import { moveWaiting } from './move-waiting.ts'
import { supersededJobs } from './superseded.ts'

/** A build after one of its jobs ended. */
export interface Released {
  /** All its jobs, stored. */
  readonly jobs: readonly JobRecord[]
  /** Jobs, also of other builds, that are to be cancelled for it. */
  readonly cancels: readonly Cancel[]
}

/** Releases or settles what waited for a job that ended, in the same transaction. */
export async function releaseJobs(change: Change, ended: JobRecord): Promise<Released> {
  const before = await change.tables.jobs.ofBuilds([ended.buildId])
  const build = before.some(waitsForNeeds) ? await change.tables.builds.find(ended.buildId) : undefined
  const failed = failFast(ended, before)
  if (build === undefined) return { jobs: before, cancels: failed }
  const moved = await moveWaiting(change, build, before)
  const jobs: JobRecord[] = []
  for (const [place, job] of before.entries()) jobs.push(await saveMoved(change, job, moved[place] ?? job))
  const released = jobs.filter((job, place) => job !== before[place])
  return { jobs, cancels: [...failed, ...(await supersededJobs(change, build, released))] }
}

/** Stores new jobs of a build, each as far as the others allow; what is to be cancelled for it is not cancelled yet. */
export async function insertJobs(
  change: Change,
  build: BuildRecord,
  drafts: readonly JobRecord[],
): Promise<readonly Cancel[]> {
  const jobs = await moveWaiting(change, build, drafts)
  for (const { attempts: _, revision: __, ...job } of jobs) {
    const inserted = await change.tables.jobs.insert(job)
    await keepTakenOver(change, inserted)
    touchJob(change, inserted)
  }
  return supersededJobs(change, build, jobs)
}

function waitsForNeeds({ state }: JobRecord): boolean {
  return state.state === 'waiting' && state.for === 'needs'
}

async function saveMoved(change: Change, job: JobRecord, moved: JobRecord): Promise<JobRecord> {
  if (moved === job) return job
  const { state, takenFrom, produced } = moved
  const taken = { ...(takenFrom === undefined ? {} : { takenFrom }), ...(produced === undefined ? {} : { produced }) }
  const saved = await change.tables.jobs.save(job, { state, ...taken })
  await keepTakenOver(change, saved)
  touchJob(change, saved)
  return saved
}
