import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { systemClock } from '@narwhal/host'
import { openQueue } from '@narwhal/queue'
import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openTestAgent, pushBody } from './open-test-agent.ts'

test('while RabbitMQ cannot be reached webhooks are accepted, and all of them arrive once it can', async () => {
  await using door = await openDoor(process.env['NARWHAL_TEST_AMQP_URL'] ?? 'NARWHAL_TEST_AMQP_URL is not set')
  const queue = await openQueue(door.url, { clock: systemClock })
  await using agent = await openTestAgent({ queue })

  door.shut()
  const shas = Array.from({ length: 100 }, (_, index) => index.toString(16).padStart(40, 'a'))
  const answers = await Promise.all(shas.map((sha) => agent.deliver(pushBody({ sha }))))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  expect(await agent.inbox.depth()).toBe(100)
  door.open()

  const ids = answers.map(({ text }): string => JSON.parse(text).id)
  await eventually(() => expect(agent.messages.map(({ id }) => id)).toEqual(expect.arrayContaining(ids)))
  await eventually(async () => expect(await agent.inbox.depth()).toBe(0))
})

/** A TCP door before the broker; shut, it refuses and drops all connections. */
async function openDoor(brokerUrl: string) {
  const broker = new URL(brokerUrl)
  const sockets = new Set<Socket>()
  let isShut = false
  const listening = createServer((near) => {
    if (isShut) return void near.destroy()
    const far = connect(Number(broker.port || 5672), broker.hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address()
  const url = new URL(brokerUrl)
  url.hostname = '127.0.0.1'
  url.port = String(typeof address === 'object' ? address?.port : '')
  const shut = () => {
    isShut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    shut,
    open: () => void (isShut = false),
    async [Symbol.asyncDispose]() {
      shut()
      listening.close()
      await once(listening, 'close')
    },
  }
}
