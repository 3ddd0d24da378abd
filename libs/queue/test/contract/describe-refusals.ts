import { expect, test } from 'vitest'
import { always, message } from './messages.ts'
import type { OpenPlace } from './queue-place.ts'

/** What is refused, and when a queue is ready. */
export function describeRefusals(openPlace: OpenPlace): void {
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
