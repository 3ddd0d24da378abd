import { expect, test } from 'vitest'
import { startTaking } from '../taking.ts'
import { always, manyIds, message } from './messages.ts'
import type { OpenPlace } from './queue-place.ts'

/** Nothing is lost between being given and being acknowledged. */
export function describeKeeping(openPlace: OpenPlace): void {
  describeRejections(openPlace)
  describeEndings(openPlace)
}

function describeRejections(openPlace: OpenPlace): void {
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
}

function describeEndings(openPlace: OpenPlace): void {
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
