import { problem } from '@narwhal/protocol'
import { openAmqpQueue } from './amqp/open-amqp-queue.ts'
import { openLocalQueue } from './local/open-local-queue.ts'
import { memoryShelf } from './memory/memory-shelf.ts'
import type { Queue, QueueOptions } from './queue.ts'
import { openSqliteShelf } from './sqlite/open-sqlite-shelf.ts'

/**
 * Opens the queue at `url`:
 *
 * - `amqp://…`, `amqps://…`: RabbitMQ 3.10 or newer. It need not answer yet: the queue keeps trying, `readiness()` says so.
 * - `sqlite:PATH`: a file of its own, one process at a time; durable.
 * - `memory:`: a new, empty queue that ends with the process.
 *
 * @throws QUEUE_URL_INVALID when `url` is none of these.
 * @throws QUEUE_FILE_UNUSABLE when the file cannot be opened or is in use.
 */
export async function openQueue(url: string, options: QueueOptions): Promise<Queue> {
  const deps = { random: Math.random, onEvent: () => {}, ...options }
  if (/^amqps?:\/\//.test(url) && URL.canParse(url) && new URL(url).hostname !== '') return openAmqpQueue(url, deps)
  if (url === 'memory:') return openLocalQueue(memoryShelf(), deps)
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (path !== undefined) return openLocalQueue(openSqliteShelf(path), deps)
  throw problem('QUEUE_URL_INVALID', `${schemeOf(url)} is not an amqp://…, amqps://…, sqlite:PATH or memory: address.`)
}

/** What may be shown of an address: the rest can hold a password. */
function schemeOf(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0]
  return scheme === undefined ? 'A text without a scheme' : `This "${scheme}…"`
}
