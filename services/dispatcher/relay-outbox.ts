import { failpoint, type Wake } from '@narwhal/host'
import { buildEventsTopic } from '@narwhal/protocol'
import type { Queue } from '@narwhal/queue'
import type { Changes } from './changes.ts'

export interface RelayOutboxDeps {
  readonly queue: Queue
  readonly changes: Changes
  readonly wake: Wake
  readonly signal: AbortSignal
}

/** Messages published at once. */
const window = 256

/** Publishes what transactions put into the outbox, in order; a message leaves the outbox only after its confirm. */
export async function relayOutbox({ queue, changes, wake, signal }: RelayOutboxDeps): Promise<void> {
  while (!signal.aborted) {
    const messages = await changes.change(({ tables }) => tables.outbox.list(window))
    if (messages.length === 0) {
      await wake.next(signal).catch(() => undefined)
      continue
    }
    await Promise.all(messages.map(({ id, body }) => queue.publish(buildEventsTopic, { id, body }, { signal })))
    await failpoint('dispatcher.after-publish')
    await changes.change(({ tables }) => tables.outbox.remove(messages.map(({ id }) => id)))
  }
}
