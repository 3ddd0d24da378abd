import { buildEventsTopic, commitsTopic, listQuarantine, requeueMessage, reportsTopic } from '@narwhal/protocol'
import { openStore, type Store } from '@narwhal/store'
import { assert, expect, test } from 'vitest'
import { eventually, openDispatcher, type Rig } from './open-dispatcher.ts'

const poison = 'f'.repeat(40)
const signal = () => AbortSignal.timeout(5_000)

/** A store in which a build of the sha `poison` meets a bug, for as long as there is one. */
async function openBuggyStore() {
  const store = await openStore('memory:')
  const bug: { error: Error | undefined } = { error: new TypeError('Cannot read properties of undefined') }
  const buggy: Store = {
    transaction: (work) =>
      store.transaction((tables) => {
        const insert: typeof tables.builds.insert = async (build) => {
          if (build.commit.sha === poison && bug.error !== undefined) throw bug.error
          return tables.builds.insert(build)
        }
        return work({ ...tables, builds: { ...tables.builds, insert } })
      }),
    openPeers: store.openPeers,
    readiness: () => store.readiness(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
  return { store: buggy, bug }
}

const list = async ({ client, call }: Rig, query = {}) => client.call(listQuarantine, { ...call, query })
const requeue = ({ client, call }: Rig, id: string) =>
  client.call(requeueMessage, { ...call, params: { quarantineId: id } })

/** The only message in quarantine, once there is one. */
function onlyOne(rig: Rig) {
  return eventually(async () => {
    const { messages } = await list(rig)
    expect(messages).toHaveLength(1)
    const [message] = messages
    assert(message !== undefined)
    return message
  })
}

test('people see what could not be read, why, and how it begins', async () => {
  await using rig = await openDispatcher()

  await rig.queue.publish(commitsTopic, { id: 'broken', body: '{"version":9}' }, { signal: signal() })
  await rig.queue.publish(commitsTopic, { id: '', body: 'no JSON' }, { signal: signal() })

  const { messages } = await eventually(async () => {
    const all = await list(rig)
    expect(all.messages).toHaveLength(2)
    return all
  })
  expect(messages.map(({ messageId, because, begins, length }) => [messageId, because, begins, length])).toEqual([
    ['', 'it is no message of the topic commits: it is not JSON', 'no JSON', 7],
    [
      'broken',
      expect.stringMatching(/^it is no message of the topic commits: it must have required properties/),
      '{"version":9}',
      13,
    ],
  ])
  const first = await list(rig, { limit: 1 })
  const second = await list(rig, { limit: 1, after: first.next })
  expect([...first.messages, ...second.messages]).toEqual(messages)
})

test('a message that meets a bug whenever it is taken goes to quarantine, and those of its batch are taken', async () => {
  const { store } = await openBuggyStore()
  await using rig = await openDispatcher({ store })

  await Promise.all(
    ['a', 'f', 'b'].map((letter) => rig.push({ commit: { sha: letter.repeat(40), ref: `refs/heads/${letter}` } })),
  )
  await eventually(async () => {
    await rig.clock.advance(50)
    expect((await list(rig)).messages).toHaveLength(1)
  })

  expect((await rig.builds()).map(({ commit }) => commit.sha.slice(0, 1)).toSorted()).toEqual(['a', 'b'])
  expect(await onlyOne(rig)).toMatchObject({
    topic: 'commits',
    because: 'it can be read, but not taken: TypeError: Cannot read properties of undefined',
  })
})

test('while the store cannot be used nothing goes to quarantine, and the batch is taken once it can', async () => {
  const { store, bug } = await openBuggyStore()
  bug.error = Object.assign(new RangeError('database or disk is full'), { errcode: 13 })
  await using rig = await openDispatcher({ store })

  await rig.push({ commit: { sha: poison } })
  await rig.clock.advance(10_000)
  const { messages } = await list(rig)
  bug.error = undefined

  expect(messages).toEqual([])
  await eventually(async () => {
    await rig.clock.advance(2_000)
    expect(await rig.builds()).toHaveLength(1)
  })
})

test('a requeued message is taken as if it came now, once, however often it is asked for', async () => {
  const { store, bug } = await openBuggyStore()
  await using rig = await openDispatcher({ store })
  await rig.push({ commit: { sha: poison } })
  const { id } = await eventually(async () => {
    await rig.clock.advance(50)
    const [message] = (await list(rig)).messages
    assert(message !== undefined)
    return message
  })

  const early = await requeue(rig, id)
  bug.error = undefined
  const taken = await requeue(rig, id)
  const again = await requeue(rig, id)

  expect(early).toEqual({ state: 'kept', because: expect.stringContaining('TypeError') as unknown })
  const [build, ...others] = await rig.builds()
  expect(others).toEqual([])
  expect([taken, again]).toEqual([
    { state: 'taken', buildId: build?.id },
    { state: 'taken', buildId: build?.id },
  ])
  expect((await list(rig)).messages).toEqual([])
})

test('what is still unreadable stays; what never was there is a problem', async () => {
  await using rig = await openDispatcher()
  await rig.queue.publish(commitsTopic, { id: 'broken', body: '{"version":9}' }, { signal: signal() })
  const { id } = await onlyOne(rig)

  expect(await requeue(rig, id)).toMatchObject({ state: 'kept' })

  expect((await onlyOne(rig)).id).toBe(id)
  await expect(requeue(rig, 'nothing')).rejects.toMatchObject({ code: 'QUARANTINE_NOT_FOUND' })
})

test('what a reporter put aside is seen here, and goes back to it', async () => {
  await using rig = await openDispatcher()
  const message = {
    version: 1,
    id: '00000000-0000-7000-8000-000000000001',
    type: 'quarantine',
    topic: buildEventsTopic.name,
    messageId: 'event-1',
    body: '{"version":2}',
    because: 'it is no message of the topic build-events',
    at: 5,
  }
  const over = new AbortController()
  const heard: string[] = []
  const taking = rig.queue.take(
    buildEventsTopic,
    'reporter',
    async (batch) => void heard.push(...batch.map(({ id, body }) => `${id} ${body}`)),
    { signal: over.signal },
  )

  await rig.queue.publish(reportsTopic, { id: message.id, body: JSON.stringify(message) }, { signal: signal() })
  const { id, ...shown } = await onlyOne(rig)
  const answer = await requeue(rig, id)

  expect(shown).toMatchObject({ topic: 'build-events', messageId: 'event-1', begins: '{"version":2}' })
  expect(answer).toEqual({ state: 'published' })
  await eventually(async () => expect(heard).toContain('event-1 {"version":2}'))
  expect((await list(rig)).messages).toEqual([])
  over.abort()
  await taking
})

test('nobody without the API token sees quarantine, or takes something out of it', async () => {
  await using rig = await openDispatcher()

  const answers = await Promise.all([
    fetch(`${rig.url}/v1/quarantine`),
    fetch(`${rig.url}/v1/quarantine/some/requeue`, { method: 'POST' }),
  ])

  expect(answers.map(({ status }) => status)).toEqual([401, 401])
})
