import type { Clock } from '@narwhal/host'
import type { JobRecord } from '@narwhal/store'
import { applyToJob } from './apply-event.ts'
import type { Change, Changes } from './changes.ts'
import { lookedForMs } from './waiting-time.ts'
import { type Sightings, watchCounters } from './watch-counters.ts'

export interface ExpireJobsDeps {
  readonly changes: Changes
  readonly clock: Clock
  readonly queueLimitMs: number
}

/**
 * Ends the wait of jobs that no runner takes. One of a concurrency group may have waited long for its turn: its time counts
 * from when it was first seen here with nothing but a runner to wait for.
 *
 * @param turns what the look before this one returned.
 */
export async function expireJobs(deps: ExpireJobsDeps, turns: Sightings): Promise<Sightings> {
  const { changes, clock, queueLimitMs: limitMs } = deps
  if ((await changes.change(lookedForMs)) < limitMs) return turns
  const grouped = await changes.change(async (change) => {
    const overdue = await change.tables.jobs.listWaitingSince(change.now - limitMs)
    const ofGroups: JobRecord[] = []
    for (const job of overdue) {
      if (await isOfGroup(change, job)) ofGroups.push(job)
      else await expireJob(change, job, limitMs)
    }
    return ofGroups
  })
  const counters = new Map(grouped.map(({ id }) => [id, 0]))
  const { sightings, silent } = watchCounters(turns, counters, { nowMs: clock.monotonic(), limitMs })
  for (const id of silent) {
    await changes.change(async (change) => {
      const job = await change.tables.jobs.find(id)
      if (job !== undefined) await expireJob(change, job, limitMs)
    })
  }
  return sightings
}

async function isOfGroup({ tables }: Change, { buildId, planned }: JobRecord): Promise<boolean> {
  if (planned?.concurrency !== undefined) return true
  return (await tables.builds.find(buildId))?.concurrency !== undefined
}

async function expireJob(change: Change, job: JobRecord, limitMs: number): Promise<void> {
  const message = `No runner took the job within ${limitMs / 1000} s. Start a runner, or more of them; narwhal runners shows who is there.`
  await applyToJob(change, job, { type: 'expired', message, at: change.now })
}
