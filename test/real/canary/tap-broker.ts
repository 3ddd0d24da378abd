import { connect } from 'amqplib'
import { buildEventsTopic, commitsTopic } from '@narwhal/protocol'
import type { Place } from './places.ts'

/** A queue of our own that gets a copy of every message between the services. */
export interface BrokerTap extends AsyncDisposable {
  messages(): readonly Place[]
}

export async function tapBroker(amqpUrl: string): Promise<BrokerTap> {
  const connection = await connect(amqpUrl)
  const channel = await connection.createChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  for (const topic of [buildEventsTopic, commitsTopic])
    for (const subscriber of topic.subscribers) await channel.bindQueue(queue, 'narwhal', `${topic.name}.${subscriber}`)
  const messages: Place[] = []
  await channel.consume(queue, (message) => {
    if (message === null) return
    const { fields, properties, content } = message
    const head = Buffer.from(JSON.stringify({ fields, properties }))
    messages.push({ where: `message ${fields.routingKey}`, bytes: Buffer.concat([head, content]) })
  })
  return {
    messages: () => messages,
    [Symbol.asyncDispose]: () => connection.close(),
  }
}
