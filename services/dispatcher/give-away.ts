import type { Log } from '@narwhal/host'
import { chooseGivenAway, type OrphanedJob } from '@narwhal/pipeline'
import type { StoreTables } from '@narwhal/store'
import type { Change } from './changes.ts'
import { loseAttempt } from './lose-attempt.ts'
import { openRunners } from './open-runners.ts'
import type { Presence } from './presence.ts'
import { isHeardSince, type SignsOfLife } from './signs-of-life.ts'

export interface GiveAwayOptions {
  /** Of the runner that is gone, read when it was gone already. */
  readonly signs: SignsOfLife
  readonly presence: Presence
  readonly log: Log
}

/** Gives away what a runner held that is gone and was not heard of since. What stays waits for the end of its lease. */
export async function giveAway(change: Change, { signs, presence, log }: GiveAwayOptions): Promise<void> {
  const { runnerId, attempts } = signs
  if (await isHeardSince(change.tables, signs)) return
  const others = (await openRunners(change, presence)).filter(({ id }) => id !== runnerId)
  const orphans = await orphansOf(
    change.tables,
    attempts.map(({ id }) => id),
  )
  for (const attemptId of chooseGivenAway(orphans, others)) await loseAttempt(change, attemptId, log)
}

async function orphansOf(tables: StoreTables, attemptIds: readonly string[]): Promise<readonly OrphanedJob[]> {
  const orphans: OrphanedJob[] = []
  for (const attemptId of attemptIds) {
    const attempt = await tables.attempts.find(attemptId)
    const job = attempt && (await tables.jobs.find(attempt.jobId))
    const build = job && (await tables.builds.find(job.buildId))
    if (attempt === undefined || job === undefined || build === undefined) continue
    const { state, planned } = job
    if (!('attempt' in state) || state.attempt !== attempt.number) continue // it has another attempt by now
    orphans.push({ attemptId, state, planned, isOfGroup: build.concurrency !== undefined })
  }
  return orphans
}
