import { randomUUID } from 'node:crypto'
import type { Topic } from '@narwhal/protocol'
import type { Queue } from '@narwhal/queue'
import { describe, expect, test } from 'vitest'
import { startTaking } from './taking.ts'

/** Where queues of one kind can be opened; disposing removes what they left. */
export interface QueuePlace extends AsyncDisposable {
  open(): Promise<Queue>
  /** A topic that nothing else uses, with these subscribers. */
  topic(...subscribers: readonly string[]): Topic
}

export interface ContractedKind {
  readonly openPlace: () => Promise<QueuePlace>
  /** Whether messages outlive the `Queue` object. */
  readonly durable: boolean
}

/** Never aborted. */
export const always = { signal: new AbortController().signal }

export const message = (id: string, body = `{"id":"${id}"}`) => ({ id, body })

export const manyIds = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `m${index}`)

export function uniqueTopic(subscribers: readonly string[]): Topic {
  return { name: `test-${randomUUID()}`, subscribers: subscribers.length === 0 ? ['ada'] : subscribers }
}

/** What every adapter of the queue must keep to. */
export function describeQueue(kind: string, { openPlace, durable }: ContractedKind): void {
  describe(`${kind} publishes and gives`, () => {
    describeGiving(openPlace)
  })
  describe(`${kind} loses nothing`, () => {
    describeKeeping(openPlace)
  })
  const lasting = durable ? [kind] : []
  describe.each(lasting)('%s outlives its user', () => {
    describeReopening(openPlace)
  })
}

function describeGiving(openPlace: ContractedKind['openPlace']): void {
  test('what was published comes back with its id and body', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    await using taking = startTaking(queue, topic)

    await queue.publish(topic, message('m1', '{"text":"ünïcödé \\u0000 🐳"}'), always)

    await taking.has(1)
    expect(taking.messages()).toEqual([{ id: 'm1', body: '{"text":"ünïcödé \\u0000 🐳"}', redelivered: false }])
  })

  test('every subscriber of a topic gets every message', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic('ada', 'bob')
    await using ada = startTaking(queue, topic, { subscriber: 'ada' })
    await using bob = startTaking(queue, topic, { subscriber: 'bob' })

    for (const id of ['m1', 'm2']) await queue.publish(topic, message(id), always)

    await Promise.all([ada.has(2), bob.has(2)])
    expect([ada.ids(), bob.ids()]).toEqual([manyIds(3).slice(1), manyIds(3).slice(1)])
  })

  test('messages of other topics stay away', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const [mine, other] = [place.topic(), place.topic()]
    await using taking = startTaking(queue, mine)

    await queue.publish(other, message('not-mine'), always)
    await queue.publish(mine, message('mine'), always)

    await taking.has(1)
    expect(taking.ids()).toEqual(['mine'])
  })

  test('a message that was published before anybody took is kept, also for a subscriber that comes late', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic('ada', 'bob')

    await queue.publish(topic, message('early'), always)

    await using ada = startTaking(queue, topic, { subscriber: 'ada' })
    await ada.has(1)
    await using bob = startTaking(queue, topic, { subscriber: 'bob' })
    await bob.has(1)
    expect([ada.ids(), bob.ids()]).toEqual([['early'], ['early']])
  })

  test('500 messages published at once arrive in their order, in batches within the bound', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    await using taking = startTaking(queue, topic, { maxBatch: 10 })

    await Promise.all(manyIds(500).map((id) => queue.publish(topic, message(id), always)))

    await taking.has(500)
    expect(taking.ids()).toEqual(manyIds(500))
    expect(Math.max(...taking.batches.map((batch) => batch.length))).toBeLessThanOrEqual(10)
  })

  test('what has arrived together is given together, 32 when nobody says how many', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    await Promise.all(manyIds(100).map((id) => queue.publish(topic, message(id), always)))

    const first = Promise.withResolvers<void>()
    await using taking = startTaking(queue, topic, { onBatch: (index) => (index === 0 ? first.promise : later) })
    await taking.has(1)
    first.resolve()

    await taking.has(100)
    expect(Math.max(...taking.batches.map((batch) => batch.length))).toBeLessThanOrEqual(32)
    expect(taking.batches.length).toBeLessThan(50)
  })

  test('a body of one megabyte goes through unchanged', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    const body = JSON.stringify({ text: 'narwhal🐳'.repeat(80_000) })
    await using taking = startTaking(queue, topic)

    await queue.publish(topic, message('huge', body), always)

    await taking.has(1)
    expect(taking.messages()[0]?.body === body).toBe(true)
  })

  test('two that take for one subscriber share its messages, each given once', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    await using ada = startTaking(queue, topic, { maxBatch: 1 })
    await using eve = startTaking(queue, topic, { maxBatch: 1 })

    await Promise.all(manyIds(40).map((id) => queue.publish(topic, message(id), always)))

    await expect.poll(() => ada.ids().length + eve.ids().length, { timeout: 20_000 }).toBe(40)
    expect([...ada.ids(), ...eve.ids()].sort()).toEqual([...manyIds(40)].sort())
    expect(Math.min(ada.ids().length, eve.ids().length)).toBeGreaterThan(0)
  })

  test('one batch is given at a time', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    let [running, most] = [0, 0]
    const onBatch = async () => {
      running += 1
      most = Math.max(most, running)
      await later
      running -= 1
    }
    await using taking = startTaking(queue, topic, { maxBatch: 1, onBatch })

    await Promise.all(manyIds(20).map((id) => queue.publish(topic, message(id), always)))

    await taking.has(20)
    expect(most).toBe(1)
  })

  test('a queue that is ready says so, a closed one does not, and takes nothing', async () => {
    await using place = await openPlace()
    const queue = await place.open()
    const before = queue.readiness()

    await queue[Symbol.asyncDispose]()

    expect([before, queue.readiness()]).toEqual(['ready', 'closed'])
    await expect(queue.publish(place.topic(), message('late'), always)).rejects.toMatchObject({
      code: 'QUEUE_UNAVAILABLE',
    })
  })

  test('a subscriber that the topic does not name is refused', async () => {
    await using place = await openPlace()
    await using queue = await place.open()

    const taking = queue.take(place.topic('ada'), 'mallory', async () => {}, always)

    await expect(taking).rejects.toMatchObject({ code: 'QUEUE_SUBSCRIBER_UNKNOWN' })
  })

  test('an aborted publish rejects with the reason', async () => {
    await using place = await openPlace()
    await using queue = await place.open()

    const publishing = queue.publish(place.topic(), message('m1'), { signal: AbortSignal.abort('no more') })

    await expect(publishing).rejects.toBe('no more')
  })
}

/** Resolves in a later turn of the event loop. */
const later = new Promise<void>((resolve) => setImmediate(resolve))

function describeKeeping(openPlace: ContractedKind['openPlace']): void {
  test('a rejected batch comes again, whole, in its order and marked, and what follows comes after it', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    await Promise.all(manyIds(10).map((id) => queue.publish(topic, message(id), always)))
    const onBatch = (index: number) => (index < 2 ? Promise.reject(new TypeError('not now')) : Promise.resolve())

    await using taking = startTaking(queue, topic, { maxBatch: 4, onBatch })

    const given = () => taking.batches.slice(2).flat()
    await expect.poll(() => given().length, { timeout: 20_000 }).toBe(10)
    expect(given().map(({ id }) => id)).toEqual(manyIds(10))
    const rejected = taking.batches
      .slice(0, 2)
      .flat()
      .map(({ id }) => id)
    expect(
      given()
        .filter(({ redelivered }) => redelivered)
        .map(({ id }) => id),
    ).toEqual(expect.arrayContaining(rejected))
  })

  test('a batch that is rejected for ever does not keep others who take from it', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    await using sick = startTaking(queue, topic, { onBatch: () => Promise.reject(new TypeError('never')) })
    await queue.publish(topic, message('m1'), always)
    await sick.has(1)

    await using well = startTaking(queue, topic)

    await well.has(1)
    expect(well.ids()).toEqual(['m1'])
  })

  test('an abort lets the batch finish, acknowledges it, and leaves the rest to others', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    await Promise.all(manyIds(9).map((id) => queue.publish(topic, message(id), always)))
    const gate = Promise.withResolvers<void>()
    const first = startTaking(queue, topic, { maxBatch: 3, onBatch: () => gate.promise })
    await first.has(1)

    const stopped = first.stop()
    gate.resolve()
    await stopped

    await using second = startTaking(queue, topic)
    await second.has(9 - first.ids().length)
    expect([...first.ids(), ...second.ids()]).toEqual(manyIds(9))
    expect(first.batches.length).toBe(1)
  })

  test('a take that is aborted before it begins takes nothing', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    await queue.publish(topic, message('m1'), always)

    await queue.take(topic, 'ada', () => Promise.reject(new TypeError('not wanted')), { signal: AbortSignal.abort() })

    await using taking = startTaking(queue, topic)
    await taking.has(1)
    expect(taking.messages()).toEqual([{ ...message('m1'), redelivered: false }])
  })

  test('closing the queue ends every take, after its batch', async () => {
    await using place = await openPlace()
    const queue = await place.open()
    const topic = place.topic()
    const gate = Promise.withResolvers<void>()
    let finished = false
    const onBatch = () => gate.promise.then(() => void (finished = true))
    const taking = startTaking(queue, topic, { onBatch })
    await queue.publish(topic, message('m1'), always)
    await taking.has(1)

    const closing = queue[Symbol.asyncDispose]()
    gate.resolve()
    await closing

    await taking.stop()
    expect(finished).toBe(true)
  })
}

function describeReopening(openPlace: ContractedKind['openPlace']): void {
  test('published messages are there after closing and opening again', async () => {
    await using place = await openPlace()
    const topic = place.topic()
    const former = await place.open()
    await Promise.all(manyIds(50).map((id) => former.publish(topic, message(id), always)))
    await former[Symbol.asyncDispose]()

    await using queue = await place.open()
    await using taking = startTaking(queue, topic)

    await taking.has(50)
    expect(taking.ids()).toEqual(manyIds(50))
  })

  test('acknowledged messages are gone after opening again, the others come, marked', async () => {
    await using place = await openPlace()
    const topic = place.topic()
    const former = await place.open()
    await Promise.all(manyIds(6).map((id) => former.publish(topic, message(id), always)))
    const onBatch = (index: number) => (index === 0 ? Promise.resolve() : Promise.reject(new TypeError('no')))
    const taken = startTaking(former, topic, { maxBatch: 2, onBatch })
    await taken.has(4)
    await former[Symbol.asyncDispose]()
    await taken.stop()

    await using queue = await place.open()
    await using taking = startTaking(queue, topic)

    const acknowledged = taken.batches[0]?.length ?? 0
    await taking.has(6 - acknowledged)
    expect(taking.ids()).toEqual(manyIds(6).slice(acknowledged))
    expect(taking.messages()[0]?.redelivered).toBe(true)
  })
}
