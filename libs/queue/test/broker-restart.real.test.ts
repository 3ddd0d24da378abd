import { openQueue } from '@narwhal/queue'
import { expect, test } from 'vitest'
import { startRabbitmq } from '../../../test/setup/start-rabbitmq.ts'
import { hurriedClock } from './hurried-clock.ts'
import { always, manyIds, message, uniqueTopic } from './queue-contract.ts'
import { publishUntilTaken } from './publish-until-taken.ts'
import { startTaking } from './taking.ts'

const clock = hurriedClock(20)

test('what a broker confirmed is there after it was killed and started again, and the same queue goes on', async () => {
  await using broker = await startRabbitmq()
  await using queue = await openQueue(broker.url, { clock })
  const topic = uniqueTopic(['ada', 'bob'])
  await using ada = startTaking(queue, topic, { subscriber: 'ada' })
  await Promise.all(manyIds(100).map((id) => queue.publish(topic, message(id), always)))
  await ada.has(100)

  await broker.kill()
  await expect(queue.publish(topic, message('lost'), always)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
  await broker.start()

  await expect.poll(() => queue.readiness(), { timeout: 30_000 }).toBe('ready')
  await publishUntilTaken(queue, topic, 'after')
  await using bob = startTaking(queue, topic, { subscriber: 'bob' })
  await bob.has(101)
  expect([...new Set(bob.ids())]).toEqual([...manyIds(100), 'after'])
  await expect.poll(() => ada.ids(), { timeout: 20_000 }).toContain('after')
})
