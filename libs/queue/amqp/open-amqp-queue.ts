import type { Channel } from 'amqplib'
import { defaultMaxBatch, type Queue, type QueueDeps } from '../queue.ts'
import { queueName } from '../queue-name.ts'
import { type Link, type LinkPlan, startLink } from './start-link.ts'
import { startPublisher } from './start-publisher.ts'
import { takeBatches } from './take-batches.ts'
import { brokerQueue, declareTopology } from './topology.ts'

/**
 * A queue at a RabbitMQ broker (3.10 to 4.x). Publishing has a connection of its own, and so has each `take`.
 * Waits for the first attempt to connect, not for its success.
 */
export async function openAmqpQueue(url: string, deps: QueueDeps): Promise<Queue> {
  const closing = new AbortController()
  const publisher = startPublisher(url, { ...deps, signal: closing.signal })
  const takes = new Set<Link>()
  await publisher.link.attempted

  return {
    publish: publisher.publish,

    async take(topic, subscriber, onBatch, { signal, maxBatch = defaultMaxBatch }) {
      const link = queueName(topic, subscriber)
      const queue = brokerQueue(topic, subscriber)
      const ending = AbortSignal.any([signal, closing.signal])
      const plan: LinkPlan<Channel> = {
        name: link,
        signal: ending,
        createChannel: (connection) => connection.createChannel(),
        async prepare(channel) {
          await declareTopology(channel, topic)
          await channel.prefetch(maxBatch)
        },
        use: (session) => takeBatches(session, { queue, link, onBatch, maxBatch, signal: ending, deps }),
      }
      const take = startLink(url, plan, deps)
      takes.add(take)
      await take.ended
      takes.delete(take)
    },

    readiness() {
      if (closing.signal.aborted) return 'closed'
      const why =
        publisher.whyNot() ??
        takes
          .values()
          .map((take) => take.whyDown())
          .find((down) => down !== undefined)
      return why === undefined ? 'ready' : `the broker at ${new URL(url).host}: ${why}`
    },

    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all([publisher.link.ended, ...takes.values().map((take) => take.ended)])
    },
  }
}
