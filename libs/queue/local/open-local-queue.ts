import { problem } from '@narwhal/protocol'
import type { Queue, QueueDeps } from '../queue.ts'
import { queueName } from '../queue-name.ts'
import { type Line, newLine } from './line.ts'
import type { Shelf } from './shelf.ts'
import { takeFromLine } from './take-from-line.ts'

/** A queue within one process, on `shelf` (which it owns from now on): a publish wakes those who take at once. */
export function openLocalQueue(shelf: Shelf, deps: QueueDeps): Queue {
  const lines = new Map<string, Line>()
  const takes = new Set<Promise<void>>()
  const closing = new AbortController()

  function lineOf(queue: string): Line {
    const line = lines.get(queue) ?? newLine(shelf, queue)
    lines.set(queue, line)
    return line
  }

  return {
    async publish(topic, { id, body }, { signal }) {
      signal.throwIfAborted()
      if (closing.signal.aborted) throw problem('QUEUE_UNAVAILABLE', 'The queue is closed.')
      const queues = topic.subscribers.map((subscriber) => queueName(topic, subscriber))
      try {
        await shelf.add(queues.map((queue) => ({ queue, id, body })))
      } catch (cause) {
        throw problem('QUEUE_UNAVAILABLE', `Message ${id} of "${topic.name}" could not be kept: ${String(cause)}`, {
          cause,
        })
      }
      for (const queue of queues) lineOf(queue).bell.ring()
    },

    async take(topic, subscriber, onBatch, { signal, ...options }) {
      const link = queueName(topic, subscriber)
      const ending = AbortSignal.any([signal, closing.signal])
      const take = takeFromLine(onBatch, { ...options, signal: ending, link, shelf, line: lineOf(link), deps })
      takes.add(take)
      await take.finally(() => takes.delete(take))
    },

    readiness: () => (closing.signal.aborted ? 'closed' : (shelf.fault() ?? 'ready')),

    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.allSettled(takes)
      await shelf[Symbol.asyncDispose]()
    },
  }
}
