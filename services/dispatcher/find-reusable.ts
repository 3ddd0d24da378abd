import type { Ending } from '@narwhal/protocol'
import type { JobRecord } from '@narwhal/store'
import type { Change } from './changes.ts'

/** How long a job that passed stands for others of its key, in milliseconds. */
const reusableMs = 7 * 24 * 3_600_000

/** What a job takes over instead of running. */
export type Reused = Required<Pick<JobRecord, 'takenFrom'>> & Pick<JobRecord, 'produced'> & { readonly ending: Ending }

/**
 * An earlier job of the same repository, reuse key and trust that passed, and what it left; nothing when the job has to run.
 * One with an environment always runs, and so does one whose earlier artifacts are not kept any more.
 */
export async function findReusable({ tables, now }: Change, job: JobRecord): Promise<Reused | undefined> {
  const { planned, repository, trust } = job
  if (planned?.reuseKey === undefined || planned.environment !== undefined) return undefined
  const found = await tables.jobs.findPassed({ key: planned.reuseKey, repository, trust, since: now - reusableMs })
  if (found === undefined || areArtifactsOver(found, now)) return undefined
  const build = await tables.builds.find(found.buildId)
  const ending: Ending = { outcome: 'passed', message: `reused from #${build?.number}` }
  return { takenFrom: found.id, ending, ...(found.produced === undefined ? {} : { produced: found.produced }) }
}

function areArtifactsOver({ state, produced }: JobRecord, now: number): boolean {
  if (produced?.artifacts === undefined || state.state !== 'finished') return false
  return state.finishedAt + produced.artifacts.keepMs <= now
}
