import type { Topic } from '@narwhal/protocol'
import type { IncomingMessage, Queue } from '@narwhal/queue'
import { vi } from 'vitest'

/** Somebody who takes from a queue and remembers. */
export interface Taking extends AsyncDisposable {
  /** All batches that were given, also those that were rejected. */
  readonly batches: readonly (readonly IncomingMessage[])[]
  messages(): readonly IncomingMessage[]
  ids(): readonly string[]
  /** Resolves when at least `count` messages were given. */
  has(count: number): Promise<void>
  /** Aborts, and waits for the end. */
  stop(): Promise<void>
}

interface Taken {
  readonly subscriber?: string
  readonly maxBatch?: number
  /** What becomes of the `index`-th batch, counted from 0. */
  readonly onBatch?: (index: number) => Promise<void>
}

export function startTaking(queue: Queue, topic: Topic, { subscriber = 'ada', maxBatch, onBatch }: Taken = {}): Taking {
  const ending = new AbortController()
  const batches: (readonly IncomingMessage[])[] = []
  const options = { signal: ending.signal, ...(maxBatch === undefined ? {} : { maxBatch }) }
  const ended = queue.take(
    topic,
    subscriber,
    async (batch) => {
      batches.push(batch)
      await onBatch?.(batches.length - 1)
    },
    options,
  )
  const stop = async () => {
    ending.abort()
    await ended
  }
  return {
    batches,
    messages: () => batches.flat(),
    ids: () => batches.flat().map(({ id }) => id),
    has: (count) =>
      vi.waitUntil(() => batches.flat().length >= count, { timeout: 20_000, interval: 5 }).then(() => undefined),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
