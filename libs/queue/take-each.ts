import type { QueueClock } from './clock.ts'
import type { IncomingMessage } from './queue.ts'

/** What `takeEach` needs to take messages and to put them aside. */
export interface EachTaking {
  /** Takes messages in their order, all or none. May be given the same ones again. */
  take(messages: readonly IncomingMessage[]): Promise<void>
  /** Puts a message aside for people, durably: `cause` is thrown whenever it is taken. */
  quarantine(message: IncomingMessage, cause: unknown): Promise<void>
  /** Whether an error says nothing of the messages: the store is gone, somebody else was quicker. */
  isPassing(error: unknown): boolean
  readonly clock: QueueClock
  readonly signal: AbortSignal
}

/** How often a message is tried by itself before it is put aside, and how long is waited in between, in milliseconds. */
const triesAlone = 3
const betweenMs = 50

/**
 * Takes a batch together; when that fails by a fault of some message, each message by itself, so that one that can never
 * be taken holds up nobody: it goes to quarantine with its error. A passing error rejects the batch, which comes again.
 *
 * Quarantine is written where the messages are taken to, so nothing is put aside while that cannot be written.
 */
export async function takeEach(batch: readonly IncomingMessage[], taking: EachTaking): Promise<void> {
  try {
    return await taking.take(batch)
  } catch (error) {
    if (taking.isPassing(error)) throw error
  }
  for (const message of batch) await takeAlone(message, taking)
}

async function takeAlone(message: IncomingMessage, taking: EachTaking): Promise<void> {
  const { clock, signal } = taking
  for (let tries = 1; ; tries++) {
    try {
      return await taking.take([message])
    } catch (error) {
      if (taking.isPassing(error)) throw error
      if (tries === triesAlone) return taking.quarantine(message, error)
    }
    await clock.sleep(betweenMs, signal)
  }
}
