import { openQueue } from '@narwhal/queue'
import { expect, test } from 'vitest'
import { startRabbitmq } from '../../../test/setup/start-rabbitmq.ts'
import { hurriedClock } from './hurried-clock.ts'
import { publishUntilTaken } from './publish-until-taken.ts'
import { always, manyIds, message } from './contract/messages.ts'
import { uniqueTopic } from './contract/queue-place.ts'
import { startTaking } from './taking.ts'

const clock = hurriedClock(5)
const patient = { timeout: 30_000 }

test('what a broker confirmed is there after it was stopped, and after it was killed, and the same queue goes on', async () => {
  await using broker = await startRabbitmq()
  await using queue = await openQueue(broker.url, { clock })
  const topic = uniqueTopic(['ada', 'bob'])
  await using ada = startTaking(queue, topic, { subscriber: 'ada' })
  await Promise.all(manyIds(100).map((id) => queue.publish(topic, message(id), always)))

  await broker.stop()
  await expect(queue.publish(topic, message('refused'), always)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
  await broker.start()
  await publishUntilTaken(queue, topic, 'after-stop')
  await broker.kill()
  await broker.start()
  await publishUntilTaken(queue, topic, 'after-kill')

  await using bob = startTaking(queue, topic, { subscriber: 'bob' })
  const all = [...manyIds(100), 'after-stop', 'after-kill']
  await expect.poll(() => [...new Set(bob.ids())], patient).toEqual(all)
  await expect.poll(() => new Set(ada.ids()), patient).toEqual(new Set(all))
  expect(queue.readiness()).toBe('ready')
})
