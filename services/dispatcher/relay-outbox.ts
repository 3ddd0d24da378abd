import { type Clock, failpoint, type Wake, wakeOrSleep } from '@narwhal/host'
import { buildEventsTopic } from '@narwhal/protocol'
import type { Queue } from '@narwhal/queue'
import type { Changes } from './changes.ts'

export interface RelayOutboxDeps {
  readonly queue: Queue
  readonly changes: Changes
  readonly clock: Clock
  readonly wake: Wake
  readonly signal: AbortSignal
}

/** Messages published at once. */
const window = 256

// The longest sleep without a wake, in milliseconds: a safety net, and when to look whether it is our turn by now.
const safetyNetMs = 15_000
const notOurTurnMs = 1_000

/** Publishes what transactions put into the outbox, in order; a message leaves the outbox only after its confirm. One dispatcher does so for all. */
export async function relayOutbox({ queue, changes, clock, wake, signal }: RelayOutboxDeps): Promise<void> {
  while (!signal.aborted) {
    const isOurs = await changes.hasTurn('relay')
    const messages = isOurs ? await changes.change(({ tables }) => tables.outbox.list(window)) : []
    if (messages.length === 0) {
      await wakeOrSleep(wake, isOurs ? safetyNetMs : notOurTurnMs, { clock, signal }).catch(() => undefined)
      continue
    }
    await Promise.all(messages.map(({ id, body }) => queue.publish(buildEventsTopic, { id, body }, { signal })))
    await failpoint('dispatcher.after-publish')
    await changes.change(({ tables }) => tables.outbox.remove(messages.map(({ id }) => id)))
  }
}
