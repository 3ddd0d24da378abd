import { problem } from '@narwhal/protocol'
import type { Channel, ConsumeMessage } from 'amqplib'
import { type Bell, newBell } from '../bell.ts'
import type { IncomingMessage, OnBatch, QueueDeps } from '../queue.ts'
import { keepProbing } from './keep-probing.ts'
import type { Session } from './open-session.ts'

interface BatchTaking {
  readonly queue: string
  /** How events call this. */
  readonly link: string
  readonly onBatch: OnBatch
  readonly maxBatch: number
  readonly signal: AbortSignal
  readonly deps: QueueDeps
}

/** What the broker has sent and nobody has taken yet. */
interface Arrivals {
  readonly waiting: ConsumeMessage[]
  readonly bell: Bell
  /** How many messages ever arrived. */
  count: number
}

/**
 * Takes batches from one queue on one session, until the session is over, `signal` aborts, or a batch is rejected.
 *
 * 1. The channel is for this alone, so an acknowledgement "up to" the last message of a batch is one of that batch.
 * 2. A rejected batch is not given back one by one: the session ends, and with it everything that was not
 *    acknowledged goes back, in its order, to whoever takes next.
 * 3. A batch is finished even when the session ends meanwhile: one at a time, always.
 */
export async function takeBatches(session: Session<Channel>, taking: BatchTaking): Promise<void> {
  const { queue, signal, deps } = taking
  const arrivals: Arrivals = { waiting: [], bell: newBell(), count: 0 }
  const done = new AbortController()
  for (const end of [signal, session.over]) end.addEventListener('abort', arrivals.bell.ring, { signal: done.signal })
  let busy = false
  const counts = () => ({ arrived: arrivals.count, idle: !busy && arrivals.waiting.length === 0 })
  const ask = () => session.channel.checkQueue(queue)
  const probing = keepProbing(queue, { ask, end: session.end, clock: deps.clock, counts, signal: done.signal })
  try {
    await session.channel.consume(queue, (message) => arrive(message, arrivals, session))
    while (!signal.aborted && !session.over.aborted) {
      if (arrivals.waiting.length === 0) {
        await arrivals.bell.rung()
        continue
      }
      busy = true
      if (!(await isTaken(arrivals, session, taking))) return // 2
      busy = false
    }
  } finally {
    done.abort()
    await probing
  }
}

/** `null` means that the broker cancelled us: the queue is gone, or moved. */
function arrive(message: ConsumeMessage | null, arrivals: Arrivals, session: Session<Channel>): void {
  if (message === null)
    return session.end(problem('QUEUE_UNAVAILABLE', 'The broker ended the delivery: the queue is gone.'))
  arrivals.waiting.push(message)
  arrivals.count += 1
  arrivals.bell.ring()
}

async function isTaken(arrivals: Arrivals, session: Session<Channel>, taking: BatchTaking): Promise<boolean> {
  const batch = arrivals.waiting.splice(0, taking.maxBatch)
  try {
    await taking.onBatch(batch.map(incoming)) // 3
  } catch (cause) {
    taking.deps.onEvent({ type: 'batch-rejected', link: taking.link, cause })
    return false
  }
  const last = batch.at(-1)
  if (last !== undefined && !session.over.aborted) session.channel.ack(last, true) // 1
  return true
}

function incoming({ content, properties, fields }: ConsumeMessage): IncomingMessage {
  return { id: String(properties.messageId ?? ''), body: content.toString('utf8'), redelivered: fields.redelivered }
}
