import { type Clock, failpoint, type HttpClient, type Log, untilAborted } from '@narwhal/host'
import type { Offer } from '@narwhal/protocol'
import type { Attempt } from './attempt.ts'
import type { AttemptEnd } from './attempt-end.ts'
import type { AttemptStop } from './attempt-stop.ts'
import { endingOf } from './ending-of.ts'
import type { FormerAttempt } from './journal/former-attempt.ts'
import type { Journals } from './journal/journal.ts'
import { journalVersion } from './journal/journal-record.ts'
import { type Lease, startLease } from './keep-lease.ts'
import { startReport } from './report.ts'
import type { RunnerMetrics } from './runner-metrics.ts'
import type { Slots } from './slots.ts'

// 1. An attempt that was taken ends in one result, or is abandoned because the dispatcher has given it up.
// 2. While it works or its result waits for an answer, its lease is kept.
// 3. Its slot is free before its result is sent; only a plan that passed keeps it, for the job that follows on the spot.
// 4. Nothing is removed on the way to the result; everything is removed after it, also when the attempt was abandoned.

export interface AttemptRunner {
  readonly dispatcherUrl: string
  readonly client: HttpClient
  readonly slots: Slots
  readonly metrics: RunnerMetrics
  readonly clock: Clock
  readonly log: Log
  readonly journals: Journals
  /** What is done for an attempt; whatever happens, it is an ending. */
  readonly work: (attempt: Attempt) => Promise<AttemptEnd>
  /** Begins the attempt that follows a plan. */
  readonly start: (offer: Offer, stop: AttemptStop) => void
  /** Something could not be removed. */
  readonly onLeftover: () => void
}

/** Runs an attempt whose slot was taken, from its offer to the removal of everything it made. It does not throw. */
export async function runAttempt(offer: Offer, stop: AttemptStop, runner: AttemptRunner): Promise<void> {
  const journal = runner.journals.open(offer)
  journal.note({ type: 'offered', version: journalVersion, offer })
  await runSafely(offer, stop, { ...runner, journal, former: undefined })
}

/** Goes on with an attempt of a former life, whose slot is held: with its steps, or with the telling of its result. It does not throw. */
export async function resumeAttempt(former: FormerAttempt, stop: AttemptStop, runner: AttemptRunner): Promise<void> {
  await runSafely(former.offer, stop, { ...runner, journal: runner.journals.open(former.offer), former })
  runner.onLeftover() // containers that could not be taken over
}

type KeptRunner = AttemptRunner & Pick<Attempt, 'journal' | 'former'>

async function runSafely(offer: Offer, stop: AttemptStop, runner: KeptRunner): Promise<void> {
  try {
    await runWhole(offer, stop, runner)
  } catch (error) {
    runner.log.error({ err: error, attemptId: offer.attemptId }, 'an attempt was not ended cleanly')
    runner.slots.release(offer.attemptId)
    runner.onLeftover()
  }
}

async function runWhole(offer: Offer, stop: AttemptStop, runner: KeptRunner): Promise<void> {
  const { attemptId } = offer
  const { slots, metrics, log, journal, former } = runner
  await using _kept = { [Symbol.asyncDispose]: () => removeAll(offer, runner) }
  const belongings = new AsyncDisposableStack()
  await using report = startReport(offer, { ...runner, stop })
  await using lease = startLease(offer, { ...runner, stop })

  const room = async (signal: AbortSignal) => {
    await untilAborted(lease.confirmed, signal)
    await slots.room(signal)
  }
  const { signal, halted } = stop
  const attempt = { offer, report, journal, former, belongings, room, signal, halted }
  const end = former?.end ?? (await endOf(attempt, lease, runner))
  const removed = belongings.disposeAsync().catch((error: unknown) => {
    log.warn({ err: error, attemptId }, 'a container could not be removed; it is tried again')
    runner.onLeftover()
  })
  lease.unfence()
  if (end.plan === undefined || stop.abandoned.aborted) slots.vacate(attemptId, removed)
  await finish(offer, end, { ...runner, stop, report })
  await removed
  metrics.ended(stop.abandoned.aborted ? 'abandoned' : end.ending.outcome)
}

/** Nobody works on what a former life began before it is known that nobody else does. */
async function endOf(attempt: Attempt, lease: Lease, { work }: AttemptRunner): Promise<AttemptEnd> {
  try {
    if (attempt.former !== undefined) await lease.confirmed
  } catch (error) {
    return { ending: endingOf(error) }
  }
  return work(attempt)
}

type FinishDeps = AttemptRunner & { readonly stop: AttemptStop; readonly report: ReturnType<typeof startReport> }

/** Tells the result until it is acknowledged, then gives the slot on or back. */
async function finish({ attemptId }: Offer, end: AttemptEnd, deps: FinishDeps): Promise<void> {
  const { slots, report, log, start } = deps
  try {
    const { next } = await report.finish(end)
    await failpoint('runner.after-result')
    const stop = next && slots.pass(attemptId, next.attemptId)
    if (next !== undefined && stop !== undefined) start(next, stop)
  } catch (error) {
    log.warn({ err: error, attemptId }, 'the attempt was given up')
  } finally {
    slots.release(attemptId)
  }
}

async function removeAll({ attemptId }: Offer, { journal, log, onLeftover }: KeptRunner): Promise<void> {
  try {
    await journal.remove()
  } catch (error) {
    log.warn({ err: error, attemptId }, 'the directory of an attempt could not be removed; it is tried again')
    onLeftover()
  }
}
