import type { Clock, Log } from '@narwhal/host'
import type { Change, Changes } from './changes.ts'
import { expireJobs } from './expire-jobs.ts'
import { loseAttempt } from './lose-attempt.ts'
import type { Presence } from './presence.ts'
import { removeRunner } from './register-runner.ts'
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

/** A runner that has been silent this long is forgotten; it registers again should it come back. In milliseconds. */
const forgottenMs = 24 * 3_600_000

/** Ends the leases of attempts that nobody renews, and the wait of jobs that nobody takes; one look a second. */
export async function watchLeases(deps: WatchLeasesDeps): Promise<void> {
  const { changes, presence, clock, signal } = deps
  let leases: Sightings = new Map()
  let visits: Sightings = new Map()
  let turns: Sightings = new Map()
  while (!signal.aborted) {
    const { held, runners } = await changes.change(async ({ tables }) => ({
      held: await tables.attempts.listHeld(),
      runners: await tables.runners.list(),
    }))
    const heartbeats = new Map(runners.map((runner) => [runner.id, runner.heartbeats]))
    presence.look(heartbeats)
    const visited = watchCounters(visits, heartbeats, { nowMs: clock.monotonic(), limitMs: forgottenMs })
    visits = visited.sightings
    for (const id of visited.silent) await changes.change((change) => removeRunner(change, id, deps.log))
    const counters = new Map(held.map(({ id, renewals }) => [id, renewals]))
    const watched = watchCounters(leases, counters, { nowMs: clock.monotonic(), limitMs: deps.leaseMs + graceMs })
    leases = watched.sightings
    for (const id of watched.silent)
      await changes.change((change) => loseSilent(change, id, counters.get(id), deps.log))
    turns = await expireJobs(deps, turns)
    await clock.sleep(1_000, signal).catch(() => undefined)
  }
}

/** Loses an attempt, unless it was renewed since `renewals` was read: then its runner has heard that it may go on. */
async function loseSilent(change: Change, attemptId: string, renewals: number | undefined, log: Log): Promise<void> {
  const held = await change.tables.attempts.listHeld()
  if (held.some((one) => one.id === attemptId && one.renewals === renewals)) await loseAttempt(change, attemptId, log)
}
