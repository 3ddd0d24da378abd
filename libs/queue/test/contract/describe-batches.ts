import { expect, test } from 'vitest'
import { startTaking } from '../taking.ts'
import { always, laterTurn, manyIds, message } from './messages.ts'
import type { OpenPlace } from './queue-place.ts'

/** How messages are given. */
export function describeBatches(openPlace: OpenPlace): void {
  describeBounds(openPlace)
  describeTakes(openPlace)
}

function describeBounds(openPlace: OpenPlace): void {
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
    await using taking = startTaking(queue, topic, { onBatch: (index) => (index === 0 ? first.promise : laterTurn()) })
    await taking.has(1)
    first.resolve()

    await taking.has(100)
    expect(Math.max(...taking.batches.map((batch) => batch.length))).toBeLessThanOrEqual(32)
    expect(taking.batches.length).toBeLessThan(50)
  })
}

function describeTakes(openPlace: OpenPlace): void {
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

  test('one batch is given at a time', async () => {
    await using place = await openPlace()
    await using queue = await place.open()
    const topic = place.topic()
    let [running, most] = [0, 0]
    const onBatch = async () => {
      running += 1
      most = Math.max(most, running)
      await laterTurn()
      running -= 1
    }
    await using taking = startTaking(queue, topic, { maxBatch: 1, onBatch })

    await Promise.all(manyIds(20).map((id) => queue.publish(topic, message(id), always)))

    await taking.has(20)
    expect(most).toBe(1)
  })
}
