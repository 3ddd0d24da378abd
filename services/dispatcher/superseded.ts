import { repositoryKey } from '@narwhal/protocol'
import type { BuildRecord, JobRecord } from '@narwhal/store'
import type { Cancel } from './cancels.ts'
import type { Change } from './changes.ts'

// `cancel: superseded`: what is newer cancels what is older, whichever of them came to its turn first.
// 1. A job with an environment that a runner holds is left alone.
// 2. Ids of builds grow with time.

/** What jobs that were queued just now supersede in their concurrency groups; or they themselves, when a newer one was first. */
export async function supersededJobs(
  change: Change,
  build: BuildRecord,
  jobs: readonly JobRecord[],
): Promise<readonly Cancel[]> {
  const cancels: Cancel[] = []
  for (const job of jobs) {
    const concurrency = job.planned?.concurrency
    if (job.state.state !== 'queued' || concurrency?.cancelSuperseded !== true) continue
    const group = { repository: job.repository, group: concurrency.group }
    const others = (await change.tables.jobs.ofGroup(group)).filter(({ buildId }) => buildId !== build.id)
    const newer = others.find((one) => one.buildId > build.id && one.state.state !== 'waiting')
    const older = others.filter((one) => one.buildId < build.id && mayStop(one))
    cancels.push(...older.map(({ id }) => ({ jobId: id, because: supersededBy(build) })))
    const by = newer === undefined ? undefined : await change.tables.builds.find(newer.buildId)
    if (by !== undefined) cancels.push({ jobId: job.id, because: supersededBy(by) })
  }
  return cancels
}

/** What a build that was planned just now supersedes in its concurrency group: whole builds, or itself. */
export async function supersededBuilds(change: Change, build: BuildRecord): Promise<readonly Cancel[]> {
  const { concurrency, commit, number } = build
  if (concurrency?.cancelSuperseded !== true) return []
  const group = { repository: repositoryKey(commit.repository), group: concurrency.group }
  const builds = await change.tables.builds.ofGroup(group)
  const newest = builds.findLast((one) => one.number > number) ?? build
  const older = builds.filter((one) => one.number < newest.number)
  const jobs = await change.tables.jobs.ofBuilds(older.map(({ id }) => id))
  // Those that need others come first: else they would be settled by the cancel of these.
  const open = jobs.filter((job) => job.state.state !== 'finished' && mayStop(job)).toReversed()
  return open.map(({ id }) => ({ jobId: id, because: supersededBy(newest) }))
}

function supersededBy({ number }: BuildRecord): string {
  return `superseded by #${number}`
}

function mayStop({ planned, state }: JobRecord): boolean {
  const isHeld = state.state === 'leased' || state.state === 'running'
  return !(isHeld && planned?.environment !== undefined)
}
