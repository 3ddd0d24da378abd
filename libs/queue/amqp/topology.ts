import type { Topic } from '@narwhal/protocol'
import type { Channel } from 'amqplib'
import { queueName } from '../queue-name.ts'

/** The exchange of everything that is ours. It has no alternate exchange: that would take, and confirm, what no queue gets. */
export const exchange = 'narwhal'

/** What the queue of a subscriber is called at the broker. Its routing key is the name without the prefix. */
export function brokerQueue(topic: Topic, subscriber: string): string {
  return `${exchange}.${queueName(topic, subscriber)}`
}

/** Declares the exchange and the queues of all subscribers of `topic`, and binds them; nothing changes when they are there. */
export async function declareTopology(channel: Channel, topic: Topic): Promise<void> {
  await channel.assertExchange(exchange, 'direct', { durable: true })
  for (const subscriber of topic.subscribers) {
    const queue = brokerQueue(topic, subscriber)
    await channel.assertQueue(queue, { durable: true, arguments: queueArguments })
    await channel.bindQueue(queue, exchange, queueName(topic, subscriber))
  }
}

/** All explicit: the defaults differ from one version of RabbitMQ to the next, and a queue keeps what it was made with. */
const queueArguments = {
  'x-queue-type': 'quorum',
  'x-delivery-limit': 1_000_000, // a low one drops healthy messages when a subscriber crashes in a loop; -1 drops at once on 3.10
  'x-overflow': 'reject-publish',
}
