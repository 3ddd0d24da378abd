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
export async function relayOutbox(deps: RelayOutboxDeps): Promise<void> {
  const { changes, clock, wake, signal } = deps
  while (!signal.aborted) {
    const published = await changes.inTurn('relay', () => publishNext(deps))
    if (published !== undefined && published > 0) continue
    const sleepMs = published === undefined ? notOurTurnMs : safetyNetMs
    await wakeOrSleep(wake, sleepMs, { clock, signal }).catch(() => undefined)
  }
}

/** How many messages it has published. */
async function publishNext({ queue, changes, signal }: RelayOutboxDeps): Promise<number> {
  const messages = await changes.change(({ tables }) => tables.outbox.list(window))
  if (messages.length === 0) return 0
  await Promise.all(messages.map(({ id, body }) => queue.publish(buildEventsTopic, { id, body }, { signal })))
  await failpoint('dispatcher.after-publish')
  await changes.change(({ tables }) => tables.outbox.remove(messages.map(({ id }) => id)))
  return messages.length
}
