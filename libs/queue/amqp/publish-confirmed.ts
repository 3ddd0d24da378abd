import { isProblem, problem, type Topic } from '@narwhal/protocol'
import type { ConfirmChannel } from 'amqplib'
import type { OutgoingMessage } from '../queue.ts'
import { queueName } from '../queue-name.ts'
import type { Session } from './open-session.ts'
import { declareTopology, exchange } from './topology.ts'

/** Publishes a message to every subscriber of a topic; resolves when the broker has confirmed them all. */
export type PublishConfirmed = (topic: Topic, message: OutgoingMessage) => Promise<void>

/**
 * A publisher on the channel of `session`.
 *
 * 1. The broker confirms an unroutable message too: only the return that it sends before tells.
 * 2. A message that reached one of two queues is not returned. So each subscriber has a routing key of its own, and
 *    each gets its own copy, with its own confirm.
 * 3. After a return somebody has removed a queue or a binding. Everything is declared again, and on a new channel: one
 *    that has published to a removed quorum queue gets confirms for messages that its successor of the same name never
 *    takes (seen on 3.10). So the session ends.
 * 4. Copies are told apart by a number of their own: the same message may be in flight twice.
 */
export function publisherOn({ channel, end }: Session<ConfirmChannel>): PublishConfirmed {
  const declared = new Map<string, Promise<void>>()
  const returned = new Set<string>()
  let copies = 0
  channel.on('return', ({ properties }) => returned.add(String(properties.correlationId)))

  function declare(topic: Topic): Promise<void> {
    const declaring = declared.get(topic.name) ?? declareTopology(channel, topic)
    declared.set(topic.name, declaring)
    return declaring
  }

  function publishCopy(routingKey: string, { id, body }: OutgoingMessage): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    copies += 1
    const correlationId = String(copies) // 4
    const properties = {
      mandatory: true,
      persistent: true,
      messageId: id,
      correlationId,
      contentType: 'application/json',
    }
    channel.publish(exchange, routingKey, Buffer.from(body), properties, (error: Error | null) => {
      const wasReturned = returned.delete(correlationId) // 1
      if (error)
        reject(
          problem('QUEUE_UNAVAILABLE', `The broker did not take message ${id}: ${String(error)}`, { cause: error }),
        )
      else if (wasReturned) reject(problem('QUEUE_UNROUTABLE', `Message ${id} reached no queue for "${routingKey}".`))
      else resolve()
    })
    return promise
  }

  return async (topic, message) => {
    try {
      await declare(topic)
      await Promise.all(topic.subscribers.map((subscriber) => publishCopy(queueName(topic, subscriber), message))) // 2
    } catch (cause) {
      if (isProblem(cause, 'QUEUE_UNROUTABLE')) end(cause) // 3
      if (isProblem(cause)) throw cause
      throw problem('QUEUE_UNAVAILABLE', `Message ${message.id} was not published: ${String(cause)}`, { cause })
    }
  }
}
