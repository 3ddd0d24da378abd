import type { Topic } from '@narwhal/protocol'
import { openQueue, type QueueEvent } from '@narwhal/queue'
import { connect } from 'amqplib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../../test/setup/free-port.ts'
import { provideRabbitmq } from '../../../test/setup/provide-rabbitmq.ts'
import { startBrokerProxy } from './broker-proxy.ts'
import { hurriedClock } from './hurried-clock.ts'
import { always, manyIds, message } from './contract/messages.ts'
import { type QueuePlace, uniqueTopic } from './contract/queue-place.ts'
import { describeQueue } from './queue-contract.ts'
import { publishUntilTaken } from './publish-until-taken.ts'
import { startTaking } from './taking.ts'

const clock = hurriedClock(20)
const patient = { timeout: 20_000, interval: 10 }
let broker: Awaited<ReturnType<typeof provideRabbitmq>>

beforeAll(async () => {
  broker = await provideRabbitmq()
})

afterAll(async () => {
  await broker?.[Symbol.asyncDispose]()
})

describeQueue('amqp:', { durable: true, openPlace: async () => openPlace() })

test('messages go on after each of several cuts: none is lost, those that were rejected are published again', async () => {
  await using place = openPlace()
  await using proxy = await startBrokerProxy(broker.url)
  await using queue = await openQueue(proxy.url, { clock })
  const topic = place.topic()
  await using taking = startTaking(queue, topic)

  for (const [index, id] of manyIds(300).entries()) {
    if (index % 100 === 50) proxy.cut()
    await publishUntilTaken(queue, topic, id)
  }

  await expect.poll(() => new Set(taking.ids()).size, patient).toBe(300)
  expect(proxy.count()).toBeGreaterThanOrEqual(4)
})

test('a broker that does not answer at the start is waited for, and said to be missing', async () => {
  await using place = openPlace()
  const port = await freePort()
  const { username, password } = new URL(broker.url)
  await using queue = await openQueue(`amqp://${username}:${password}@127.0.0.1:${port}`, { clock })
  const topic = place.topic()
  await using taking = startTaking(queue, topic)
  expect(queue.readiness()).toMatch(new RegExp(`^the broker at 127.0.0.1:${port}: connect ECONNREFUSED`))
  await expect(queue.publish(topic, message('m1'), always)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })

  await using _proxy = await startBrokerProxy(broker.url, { port })

  await expect.poll(() => queue.readiness(), patient).toBe('ready')
  await queue.publish(topic, message('m2'), always)
  await taking.has(1)
  expect(taking.ids()).toEqual(['m2'])
})

test('a broker that goes away is missed until it is back', async () => {
  await using place = openPlace()
  await using proxy = await startBrokerProxy(broker.url)
  const events: QueueEvent[] = []
  await using queue = await openQueue(proxy.url, { clock, onEvent: (event) => events.push(event) })

  proxy.admit(false)
  proxy.cut()
  await expect.poll(() => queue.readiness(), patient).not.toBe('ready')
  await expect(queue.publish(place.topic(), message('m1'), always)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
  proxy.admit(true)

  await expect.poll(() => queue.readiness(), patient).toBe('ready')
  await queue.publish(place.topic(), message('m2'), always)
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['link-up', 'link-down', 'link-up']))
})

test('a queue that is deleted while somebody takes from it is made again, and taken from', async () => {
  await using place = openPlace()
  await using queue = await place.open()
  const topic = place.topic()
  await using taking = startTaking(queue, topic)
  await queue.publish(topic, message('m1'), always)
  await taking.has(1)

  await atBroker((channel) => channel.deleteQueue(brokerQueueOf(topic)))

  const goesThrough = async () => {
    await publishUntilTaken(queue, topic, 'm2')
    return taking.ids().includes('m2')
  }
  await expect.poll(goesThrough, patient).toBe(true)
})

test('a message without a queue is rejected, although the broker confirms it, and goes through when published again', async () => {
  await using place = openPlace()
  await using queue = await place.open()
  const topic = place.topic('ada', 'bob')
  await queue.publish(topic, message('m1'), always)

  await atBroker((channel) => channel.unbindQueue(brokerQueueOf(topic, 'bob'), 'narwhal', `${topic.name}.bob`))

  await expect(queue.publish(topic, message('m2'), always)).rejects.toMatchObject({ code: 'QUEUE_UNROUTABLE' })
  await publishUntilTaken(queue, topic, 'm2')
  await using bob = startTaking(queue, topic, { subscriber: 'bob' })
  await bob.has(2)
  expect(bob.ids()).toEqual(['m1', 'm2'])
})

test('a removed exchange is made again', async () => {
  await using place = openPlace()
  await using queue = await place.open()
  const topic = place.topic()
  await queue.publish(topic, message('m1'), always)

  await atBroker((channel) => channel.deleteExchange('narwhal'))

  await publishUntilTaken(queue, topic, 'm2')
  await using taking = startTaking(queue, topic)
  await taking.has(2)
  expect(taking.ids()).toEqual(['m1', 'm2'])
})

test('a broker that blocks publishers is not published to until it unblocks them', async () => {
  await using place = openPlace()
  await using proxy = await startBrokerProxy(broker.url)
  await using queue = await openQueue(proxy.url, { clock })
  const topic = place.topic()
  await queue.publish(topic, message('m1'), always)

  proxy.sayAsBroker(connectionFrame(60, 'low on disk'))
  await expect.poll(() => queue.readiness(), patient).toMatch(/low on disk/)
  await expect(queue.publish(topic, message('m2'), always)).rejects.toThrow(/low on disk/)
  proxy.sayAsBroker(connectionFrame(61))

  await expect.poll(() => queue.readiness(), patient).toBe('ready')
  await queue.publish(topic, message('m2'), always)
})

test('a connection on which the broker has fallen silent is noticed by both sides of the queue', async () => {
  await using place = openPlace()
  await using proxy = await startBrokerProxy(broker.url)
  await using queue = await openQueue(proxy.url, { clock })
  const topic = place.topic()
  await using taking = startTaking(queue, topic)
  await queue.publish(topic, message('m1'), always)
  await taking.has(1)

  proxy.freeze()

  await expect(queue.publish(topic, message('m2'), always)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
  await publishUntilTaken(queue, topic, 'm2')
  await expect.poll(() => taking.ids(), patient).toContain('m2')
})

test('a publish that is aborted while it waits rejects at once', async () => {
  await using place = openPlace()
  await using proxy = await startBrokerProxy(broker.url)
  await using queue = await openQueue(proxy.url, { clock })
  const ending = new AbortController()
  proxy.freeze()

  const publishing = queue.publish(place.topic(), message('m1'), { signal: ending.signal })
  ending.abort('enough')

  await expect(publishing).rejects.toBe('enough')
})

test('a queue whose broker has fallen silent closes all the same', async () => {
  await using place = openPlace()
  await using proxy = await startBrokerProxy(broker.url)
  const queue = await openQueue(proxy.url, { clock })
  const taking = startTaking(queue, place.topic())
  await expect.poll(() => proxy.count(), patient).toBe(2)
  proxy.freeze()

  await queue[Symbol.asyncDispose]()

  await taking.stop()
  expect(queue.readiness()).toBe('closed')
})

/** Places at the broker of the tests; their queues are deleted in the end. */
function openPlace(): QueuePlace {
  const topics: Topic[] = []
  return {
    open: () => openQueue(broker.url, { clock }),
    topic(...subscribers) {
      const topic = uniqueTopic(subscribers)
      topics.push(topic)
      return topic
    },
    async [Symbol.asyncDispose]() {
      await atBroker(async (channel) => {
        for (const topic of topics) {
          for (const subscriber of topic.subscribers) await channel.deleteQueue(brokerQueueOf(topic, subscriber))
        }
      })
    },
  }
}

const brokerQueueOf = (topic: Topic, subscriber = 'ada') => `narwhal.${topic.name}.${subscriber}`

type BrokerChannel = Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createChannel']>>

/** Acts at the broker behind the back of the queue. */
async function atBroker(act: (channel: BrokerChannel) => Promise<unknown>): Promise<void> {
  const connection = await connect(broker.url)
  const channel = await connection.createChannel()
  await act(channel)
  await connection.close()
}

/** An AMQP method frame of the class `connection` on channel 0: 60 is `blocked` (with its reason), 61 `unblocked`. */
function connectionFrame(method: 60 | 61, reason?: string): Uint8Array {
  const words = reason === undefined ? [] : [reason.length, ...Buffer.from(reason)]
  const payload = [0, 10, 0, method, ...words]
  return Uint8Array.from([1, 0, 0, 0, 0, 0, payload.length, ...payload, 0xce])
}
