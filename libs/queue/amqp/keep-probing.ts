import { problem } from '@narwhal/protocol'
import type { QueueClock } from '../clock.ts'
import { within } from './within.ts'

interface Probing {
  /** Asks the broker about the queue. */
  readonly ask: () => Promise<{ readonly messageCount: number; readonly consumerCount: number }>
  /** Ends the session. */
  readonly end: (cause: unknown) => void
  readonly clock: QueueClock
  /** How many messages ever arrived, and whether we wait for one. */
  readonly counts: () => { readonly arrived: number; readonly idle: boolean }
  readonly signal: AbortSignal
}

const everyMs = 10_000
const answerWithinMs = 10_000

/**
 * Ends a session that looks alive and takes nothing: one that the broker does not answer, has no receiver for, or
 * gives nothing twice in a row although messages are ready and we wait. Never rejects; resolves when aborted or ended.
 */
export async function keepProbing(queue: string, { ask, end, clock, counts, signal }: Probing): Promise<void> {
  const late = () => problem('QUEUE_UNAVAILABLE', `The broker does not answer about "${queue}".`)
  let starving = 0
  let before = counts()
  try {
    while (starving < 2) {
      await clock.sleep(everyMs, signal)
      const asked = ask()
      const { messageCount, consumerCount } = await within(asked, { ms: answerWithinMs, clock, signal, late })
      const now = counts()
      const starved = messageCount > 0 && before.idle && now.idle && now.arrived === before.arrived
      starving = consumerCount === 0 ? 2 : starved ? starving + 1 : 0
      before = now
    }
    end(problem('QUEUE_UNAVAILABLE', `The broker has messages in "${queue}" and gives us none.`))
  } catch (cause) {
    if (!signal.aborted) end(cause)
  }
}
