import type { Clock, HttpClient, Log } from '@narwhal/host'
import { type Offer, problem, renewAttempt } from '@narwhal/protocol'
import type { AttemptStop } from './attempt-stop.ts'
import type { FormerAttempt } from './journal/former-attempt.ts'
import type { Journal } from './journal/journal.ts'
import { isPassing } from './is-passing.ts'

// 1. The lease is renewed every third of its length, until disposed: also while a result waits to be acknowledged.
// 2. The fence falls at 25/30 of the lease after the last good renewal was *sent*: the dispatcher, which counts from its
//    arrival, cannot have given the attempt away by then. Then everything of the attempt is ended, and nothing more is told.
// 3. Only the monotonic clock decides.
// 4. Each good renewal is written down: containers, which end by themselves without it, and a later life of the runner
//    read it there.
// 5. A runner that was started again renews first, and does nothing before. Until then the fence counts from the last
//    renewal that was written down, but leaves time for one call: what runs of the attempt fences itself meanwhile.
// 6. An offer may have been on its way for longer than its lease. So that of a job is renewed at once, beside what has to be
//    prepared, and no container starts before the answer; a plan starts none.

export interface Lease extends AsyncDisposable {
  /** Resolves once the lease is known to be held. @throws why it is not. */
  readonly confirmed: Promise<void>
  /** Nothing of the attempt runs any more, so there is nothing to fence. */
  unfence(): void
}

export interface LeaseDeps {
  readonly dispatcherUrl: string
  readonly client: HttpClient
  readonly clock: Clock
  readonly log: Log
  readonly stop: AttemptStop
  readonly journal: Pick<Journal, 'renewed'>
  /** A former life of the runner has held the lease. */
  readonly former?: Pick<FormerAttempt, 'renewedAt'> | undefined
}

interface LeaseState {
  renewedAt: number
  readonly confirmed: PromiseWithResolvers<void>
}

/** Begins to keep the lease that came with `offer`, or goes on with it. */
export function startLease(offer: Offer, deps: LeaseDeps): Lease {
  const { clock, stop, former } = deps
  const closed = new AbortController()
  const unfenced = new AbortController()
  const lease: LeaseState = { renewedAt: clock.monotonic(), confirmed: Promise.withResolvers() }
  lease.confirmed.promise.catch(() => undefined) // not everybody waits for it
  if (former === undefined) noteRenewal(offer, lease, deps)
  else lease.renewedAt -= elapsedOf(offer, former, clock)
  if (!isDoubtful(offer, deps)) lease.confirmed.resolve()
  const signal = AbortSignal.any([closed.signal, stop.abandoned])
  const fenced = AbortSignal.any([signal, unfenced.signal])
  const loops = [
    untilAborted(keepRenewing(offer, lease, { ...deps, signal }), signal, stop),
    untilAborted(keepFence(offer, lease, { ...deps, signal: fenced }), fenced, stop),
  ]
  const refuse = () => lease.confirmed.reject(stop.abandoned.reason)
  if (stop.abandoned.aborted) refuse()
  else stop.abandoned.addEventListener('abort', refuse, { once: true })
  return {
    confirmed: lease.confirmed.promise,
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

/** How long the lease of a former life was not renewed, in milliseconds. */
function elapsedOf({ leaseMs }: Offer, { renewedAt }: Pick<FormerAttempt, 'renewedAt'>, clock: Clock): number {
  const elapsedMs = renewedAt === undefined ? 0 : Math.max(0, clock.now() - renewedAt)
  return Math.min(elapsedMs, fenceMs(leaseMs) - callMs(leaseMs)) // 5
}

/** Whether somebody else may hold the attempt by now. */
function isDoubtful({ kind }: Offer, { former }: LeaseDeps): boolean {
  return former !== undefined || kind !== 'plan' // 5, 6
}

function noteRenewal({ leaseMs }: Offer, lease: LeaseState, { clock, journal }: LeaseDeps): void {
  journal.renewed(lease.renewedAt + fenceMs(leaseMs) - clock.monotonic())
}

function fenceMs(leaseMs: number): number {
  return (leaseMs * 25) / 30
}

/** How long the answer to a renewal may take. */
function callMs(leaseMs: number): number {
  return Math.max(1, Math.min(10_000, Math.floor(leaseMs / 6)))
}

/** A loop that ends by anything but its signal leaves the attempt without a lease. */
function untilAborted(loop: Promise<void>, signal: AbortSignal, stop: AttemptStop): Promise<void> {
  return loop.catch((error: unknown) => {
    if (!signal.aborted) stop.abandon(error)
  })
}

async function keepRenewing(offer: Offer, lease: LeaseState, deps: LoopDeps): Promise<void> {
  const { clock, log, stop, signal } = deps
  for (let waitMs = isDoubtful(offer, deps) ? 0 : offer.leaseMs / 3; ; ) {
    if (waitMs > 0) await clock.sleep(waitMs, signal)
    const sentAt = clock.monotonic()
    try {
      const { cancel } = await renew(offer, deps)
      lease.renewedAt = sentAt
      waitMs = offer.leaseMs / 3
      if (cancel !== undefined) stop.cancel(cancel)
      noteRenewal(offer, lease, deps)
      lease.confirmed.resolve()
    } catch (error) {
      signal.throwIfAborted()
      log.warn({ err: error, attemptId: offer.attemptId }, 'the lease could not be renewed')
      if (!isPassing(error)) return stop.abandon(error)
      waitMs = offer.leaseMs / 30
    }
  }
}

function renew({ attemptId, token, leaseMs }: Offer, { client, dispatcherUrl, signal }: LoopDeps) {
  const timeoutMs = callMs(leaseMs)
  return client.call(renewAttempt, { baseUrl: dispatcherUrl, token, params: { attemptId }, timeoutMs, signal })
}

async function keepFence({ leaseMs }: Offer, lease: LeaseState, { clock, stop, signal }: LoopDeps) {
  for (;;) {
    const leftMs = lease.renewedAt + fenceMs(leaseMs) - clock.monotonic()
    if (leftMs <= 0) break
    await clock.sleep(leftMs, signal)
  }
  signal.throwIfAborted()
  stop.abandon(problem('LEASE_LOST', 'The dispatcher could not be reached for nearly the whole lease'))
}
