import type { JobRecord } from '@narwhal/store'
import type { Change } from './changes.ts'

/**
 * The jobs of a build that ended which run when it is resubmitted for the job `askedId`, by their ids: that one, those that
 * did not pass, and those that passed but whose artifacts are not kept any more, while one of these needs them.
 */
export async function jobsToRunAgain(
  change: Change,
  jobs: readonly JobRecord[],
  askedId: string,
): Promise<ReadonlySet<string>> {
  const again = new Set(jobs.filter((job) => job.id === askedId || !hasPassed(job)).map(({ id }) => id))
  const emptied: JobRecord[] = []
  for (const job of jobs) if (await lostArtifacts(change, job)) emptied.push(job)
  const isMissed = ({ id, name }: JobRecord) =>
    !again.has(id) && jobs.some((other) => again.has(other.id) && other.planned?.needs.includes(name) === true)
  for (let missed = emptied.filter(isMissed); missed.length > 0; missed = emptied.filter(isMissed)) {
    for (const { id } of missed) again.add(id)
  }
  return again
}

/** Whether a job said that it passed. */
export function hasPassed({ state }: JobRecord): boolean {
  return state.state === 'finished' && state.ending.outcome === 'passed'
}

/** What deploys is not run again for the files that it left. */
async function lostArtifacts({ tables, now }: Change, job: JobRecord): Promise<boolean> {
  const { artifacts } = job.produced ?? {}
  if (artifacts === undefined || job.planned?.environment !== undefined) return false
  const kept = await tables.blobs.find(job, artifacts.sha256)
  return kept === undefined || kept.keepUntil <= now
}
