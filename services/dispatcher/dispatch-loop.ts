import { type Clock, failpoint, type Wake, wakeOrSleep } from '@narwhal/host'
import type { Offer } from '@narwhal/protocol'
import type { RunnerRecord } from '@narwhal/store'
import type { Changes } from './changes.ts'
import type { LeaseTerms } from './lease-job.ts'
import { jobsPerTurn, leaseWhatFits } from './lease-what-fits.ts'
import type { Presence } from './presence.ts'

// 1. A lease is committed before its offer is sent.
// 2. Any number of dispatchers do so at once: each claims the runners with free slots that no other one has just claimed, and
//    the store keeps two from leasing one job.
// 3. Nothing on the way from a queued job to its offer waits for a timer: every change wakes the loop; the timer is for
//    jobs that wait after a setback and for runners that are left alone for a while.

export interface DispatchLoopDeps extends LeaseTerms {
  readonly changes: Changes
  readonly presence: Presence
  readonly clock: Clock
  /** Sends an offer; must not wait for its answer nor throw. */
  readonly send: (runner: RunnerRecord, offer: Offer, queuedAt: number) => void
  readonly wake: Wake
  readonly signal: AbortSignal
}

/** The longest sleep without a wake, in milliseconds; only a safety net. */
const safetyNetMs = 5_000

/** Gives queued jobs to runners with a free slot until aborted. */
export async function dispatchLoop(deps: DispatchLoopDeps): Promise<void> {
  const { changes, presence, clock, wake, signal } = deps
  let passedOver = 0
  while (!signal.aborted) {
    const turn = await changes.change((change) => leaseWhatFits(change, { ...deps, passedOver }))
    if (turn.leases.length > 0) await failpoint('dispatcher.after-lease')
    for (const { runner, offer, queuedAt } of turn.leases) deps.send(runner, offer, queuedAt)
    passedOver = turn.passedOver
    if (turn.leases.length >= jobsPerTurn) continue
    const sleepMs = Math.min(
      safetyNetMs,
      presence.nextOpenMs() ?? safetyNetMs,
      turn.nextAt === undefined ? safetyNetMs : turn.nextAt - clock.now(),
    )
    await wakeOrSleep(wake, Math.max(1, sleepMs), { clock, signal }).catch(() => undefined)
  }
}
