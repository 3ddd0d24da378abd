import { expect, test } from 'vitest'
import { startTaking } from '../taking.ts'
import { always, manyIds, message } from './messages.ts'
import type { OpenPlace } from './queue-place.ts'

/** Who gets which message. */
export function describeTopics(openPlace: OpenPlace): void {
  describeSubscribers(openPlace)
  describeLateAndShared(openPlace)
}

function describeSubscribers(openPlace: OpenPlace): void {
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
}

function describeLateAndShared(openPlace: OpenPlace): void {
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
}
