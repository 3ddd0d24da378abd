import { reportsTopic } from '@narwhal/protocol'
import type { Queue } from '@narwhal/queue'
import type { Outbox } from './outbox.ts'

export interface RelayRepliesDeps {
  readonly queue: Queue
  readonly outbox: Outbox
  readonly signal: AbortSignal
}

/** Replies published at once. */
const window = 256

/** Tells the dispatcher what became of reports, in order; a reply leaves the outbox only after its confirm. */
export async function relayReplies({ queue, outbox, signal }: RelayRepliesDeps): Promise<void> {
  while (!signal.aborted) {
    const replies = await outbox.replies(window)
    await Promise.all(replies.map(({ id, body }) => queue.publish(reportsTopic, { id, body }, { signal })))
    if (replies.length > 0) await outbox.removeReplies(replies.map(({ id }) => id))
    if (replies.length < window) await outbox.replyArrivals.next(signal).catch(() => undefined)
  }
}
