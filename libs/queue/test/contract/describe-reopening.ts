import { expect, test } from 'vitest'
import { startTaking } from '../taking.ts'
import { always, manyIds, message } from './messages.ts'
import type { OpenPlace } from './queue-place.ts'

/** Nothing is lost between one opening and the next. */
export function describeReopening(openPlace: OpenPlace): void {
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
