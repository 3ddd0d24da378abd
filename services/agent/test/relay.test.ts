import { openQueue, type Queue } from '@narwhal/queue'
import { systemClock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openDirectory, openTestAgent, pushBody } from './open-test-agent.ts'

test('while the broker cannot be reached webhooks are accepted and kept, and relayed once it can', async () => {
  await using directory = await openDirectory()
  const ids: string[] = []
  {
    const queue = await openQueue('amqp://127.0.0.1:1', { clock: systemClock })
    await using agent = await openTestAgent({ data: directory.path, queue })
    for (let count = 0; count < 5; count++) {
      const answer = await agent.deliver(pushBody())
      expect(answer.status).toBe(202)
      ids.push(JSON.parse(answer.text).id)
    }
    const ready = await fetch(`${agent.baseUrl}/readyz`)
    expect(await ready.json()).toMatchObject({
      checks: { inbox: 'ready', queue: expect.not.stringMatching(/^ready$/) },
    })
    expect(await agent.inbox.depth()).toBe(5)
  }

  await using agent = await openTestAgent({ data: directory.path })

  await eventually(() => expect(agent.messages.map(({ id }) => id)).toEqual(ids))
  await eventually(async () => expect(await agent.inbox.depth()).toBe(0))
})

test('the relay goes on by itself when the queue is back, with the same ids', async () => {
  const gate = await openGatedQueue()
  gate.shut()
  await using agent = await openTestAgent({ queue: gate.queue })
  const ids = await deliverMany(agent, 20)
  await eventually(() => expect(gate.refused()).toBeGreaterThan(1))

  gate.open()

  await eventually(() => expect(agent.messages.map(({ id }) => id).sort()).toEqual(ids))
  await eventually(async () => expect(await agent.inbox.depth()).toBe(0))
})

test('a message leaves the inbox only after the queue confirmed it, and a slow one does not hold back the others', async () => {
  const gate = await openGatedQueue()
  const slow = 'f'.repeat(40)
  gate.hold(slow)
  await using agent = await openTestAgent({ queue: gate.queue })
  await agent.deliver(pushBody({ sha: slow }))
  await eventually(() => expect(gate.holds()).toBe(true))

  await deliverMany(agent, 300)

  await eventually(async () => expect(await agent.inbox.depth()).toBe(1))
  gate.release()
  await eventually(async () => expect(await agent.inbox.depth()).toBe(0))
  expect(agent.messages).toHaveLength(301)
})

test('no more than 256 messages are with the queue at the same time', async () => {
  const gate = await openGatedQueue()
  gate.shut()
  await using agent = await openTestAgent({ queue: gate.queue })
  await deliverMany(agent, 600)

  gate.open()

  await eventually(async () => expect(await agent.inbox.depth()).toBe(0))
  expect(gate.mostInFlight()).toBeGreaterThan(1)
  expect(gate.mostInFlight()).toBeLessThanOrEqual(256)
  expect(new Set(agent.messages.map(({ id }) => id)).size).toBe(600)
})

async function deliverMany(agent: Awaited<ReturnType<typeof openTestAgent>>, count: number) {
  const answers = await Promise.all(Array.from({ length: count }, () => agent.deliver(pushBody())))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  return answers.map(({ text }): string => JSON.parse(text).id).sort()
}

/** A real queue behind a gate that can be shut for all messages, or hold one back. */
async function openGatedQueue() {
  const queue = await openQueue('memory:', { clock: systemClock })
  const released = Promise.withResolvers<void>()
  let isShut = false
  let refused = 0
  let heldSha: string | undefined
  let holds = false
  let inFlight = 0
  let mostInFlight = 0

  async function publish(...[topic, message, options]: Parameters<Queue['publish']>) {
    mostInFlight = Math.max(mostInFlight, ++inFlight)
    try {
      if (isShut) {
        refused++
        throw problem('QUEUE_UNAVAILABLE', 'the gate is shut')
      }
      if (heldSha !== undefined && message.body.includes(heldSha)) {
        holds = true
        await released.promise
      }
      await queue.publish(topic, message, options)
    } finally {
      inFlight--
    }
  }

  const gated: Queue = {
    publish,
    take: (...parameters) => queue.take(...parameters),
    readiness: () => (isShut ? 'the gate is shut' : 'ready'),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  }
  return {
    queue: gated,
    shut: () => void (isShut = true),
    open: () => void (isShut = false),
    hold: (sha: string) => void (heldSha = sha),
    release: () => released.resolve(),
    holds: () => holds,
    refused: () => refused,
    mostInFlight: () => mostInFlight,
  }
}
