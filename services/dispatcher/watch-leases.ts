import type { Clock, Log } from '@narwhal/host'
import { applyToAttempt, applyToJob } from './apply-event.ts'
import type { Change, Changes } from './changes.ts'
import type { Presence } from './presence.ts'
import { type Sightings, watchCounters } from './watch-counters.ts'

export interface WatchLeasesDeps {
  readonly changes: Changes
  readonly presence: Presence
  readonly clock: Clock
  readonly log: Log
  readonly leaseMs: number
  readonly queueLimitMs: number
  readonly signal: AbortSignal
}

/** How much longer than the lease a dispatcher waits, in milliseconds: the runner has fenced itself before. */
const graceMs = 2_000

/** Ends the leases of attempts that nobody renews, and the wait of jobs that nobody takes; one look a second. */
export async function watchLeases(deps: WatchLeasesDeps): Promise<void> {
  const { changes, presence, clock, signal } = deps
  let leases: Sightings = new Map()
  while (!signal.aborted) {
    const { held, runners } = await changes.change(async ({ tables }) => ({
      held: await tables.attempts.listHeld(),
      runners: await tables.runners.list(),
    }))
    presence.look(new Map(runners.map(({ id, heartbeats }) => [id, heartbeats])))
    const counters = new Map(held.map(({ id, renewals }) => [id, renewals]))
    const watched = watchCounters(leases, counters, { nowMs: clock.monotonic(), limitMs: deps.leaseMs + graceMs })
    leases = watched.sightings
    for (const id of watched.silent) await changes.change((change) => loseAttempt(change, id, deps.log))
    await changes.change((change) => expireJobs(change, deps.queueLimitMs))
    await clock.sleep(1_000, signal).catch(() => undefined)
  }
}

/** The attempt ended without an outcome; its job goes to somebody else, or ends when that happened too often. */
export async function loseAttempt(change: Change, attemptId: string, log: Log): Promise<void> {
  const attempt = await change.tables.attempts.find(attemptId)
  if (attempt === undefined) return
  const lost = await applyToAttempt(change, attempt, { type: 'lost', at: change.now })
  if (lost !== attempt) log.warn({ attemptId, runner: attempt.runnerName }, 'an attempt was lost')
}

async function expireJobs(change: Change, queueLimitMs: number): Promise<void> {
  for (const job of await change.tables.jobs.listWaitingSince(change.now - queueLimitMs)) {
    const minutes = Math.round(queueLimitMs / 60_000)
    const message = `No runner took the job within ${minutes} minutes. Start a runner, or more of them; narwhal runners shows who is there.`
    await applyToJob(change, job, { type: 'expired', message, at: change.now })
  }
}
