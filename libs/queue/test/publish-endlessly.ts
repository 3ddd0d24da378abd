import { openQueue } from '@narwhal/queue'
import { always, message } from './contract/messages.ts'
import { hurriedClock } from './hurried-clock.ts'

// A program: publishes to the queue of its first argument, ten at a time, and prints each id that was kept. Never ends.
const [, , url = 'memory:', name = 'endless'] = process.argv
const queue = await openQueue(url, { clock: hurriedClock(1) })
const topic = { name, subscribers: ['ada'] }
for (let round = 0; ; round++) {
  await Promise.all(Array.from({ length: 10 }, (_, index) => publish(`m${round * 10 + index}`)))
}

async function publish(id: string): Promise<void> {
  await queue.publish(topic, message(id), always)
  process.stdout.write(`${id}\n`)
}
