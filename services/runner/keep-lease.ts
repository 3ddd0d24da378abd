import type { Clock, HttpClient, Log } from '@narwhal/host'
import { type Offer, problem, renewAttempt } from '@narwhal/protocol'
import type { AttemptStop } from './attempt-stop.ts'
import { isPassing } from './is-passing.ts'

// 1. The lease is renewed every third of its length, until disposed: also while a result waits to be acknowledged.
// 2. The fence falls at 25/30 of the lease after the last good renewal was *sent*: the dispatcher, which counts from its
//    arrival, cannot have given the attempt away by then. Then everything of the attempt is ended, and nothing more is told.
// 3. Only the monotonic clock decides.

export interface Lease extends AsyncDisposable {
  /** Nothing of the attempt runs any more, so there is nothing to fence. */
  unfence(): void
}

export interface LeaseDeps {
  readonly dispatcherUrl: string
  readonly client: HttpClient
  readonly clock: Clock
  readonly log: Log
  readonly stop: AttemptStop
}

/** Begins to keep the lease that came with `offer` just now. */
export function startLease(offer: Offer, deps: LeaseDeps): Lease {
  const { clock, stop } = deps
  const closed = new AbortController()
  const unfenced = new AbortController()
  const lease = { renewedAt: clock.monotonic() }
  const signal = AbortSignal.any([closed.signal, stop.abandoned])
  const fenced = AbortSignal.any([signal, unfenced.signal])
  const loops = [
    untilAborted(keepRenewing(offer, lease, { ...deps, signal }), signal, stop),
    untilAborted(keepFence(offer, lease, { ...deps, signal: fenced }), fenced, stop),
  ]
  return {
    unfence: () => unfenced.abort(),
    async [Symbol.asyncDispose]() {
      closed.abort()
      await Promise.all(loops)
    },
  }
}

interface LoopDeps extends LeaseDeps {
  readonly signal: AbortSignal
}

/** A loop that ends by anything but its signal leaves the attempt without a lease. */
function untilAborted(loop: Promise<void>, signal: AbortSignal, stop: AttemptStop): Promise<void> {
  return loop.catch((error: unknown) => {
    if (!signal.aborted) stop.abandon(error)
  })
}

async function keepRenewing(offer: Offer, lease: { renewedAt: number }, deps: LoopDeps): Promise<void> {
  const { clock, log, stop, signal } = deps
  for (let waitMs = offer.leaseMs / 3; ; ) {
    await clock.sleep(waitMs, signal)
    const sentAt = clock.monotonic()
    try {
      const { cancel } = await renew(offer, deps)
      lease.renewedAt = sentAt
      waitMs = offer.leaseMs / 3
      if (cancel !== undefined) stop.cancel(cancel)
    } catch (error) {
      signal.throwIfAborted()
      log.warn({ err: error, attemptId: offer.attemptId }, 'the lease could not be renewed')
      if (!isPassing(error)) return stop.abandon(error)
      waitMs = offer.leaseMs / 30
    }
  }
}

function renew({ attemptId, token, leaseMs }: Offer, { client, dispatcherUrl, signal }: LoopDeps) {
  const timeoutMs = Math.max(1, Math.min(10_000, Math.floor(leaseMs / 6)))
  return client.call(renewAttempt, { baseUrl: dispatcherUrl, token, params: { attemptId }, timeoutMs, signal })
}

async function keepFence({ leaseMs }: Offer, lease: { renewedAt: number }, { clock, stop, signal }: LoopDeps) {
  for (;;) {
    const leftMs = lease.renewedAt + (leaseMs * 25) / 30 - clock.monotonic()
    if (leftMs <= 0) break
    await clock.sleep(leftMs, signal)
  }
  signal.throwIfAborted()
  stop.abandon(problem('LEASE_LOST', 'The dispatcher could not be reached for nearly the whole lease'))
}
