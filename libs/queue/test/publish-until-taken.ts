import type { Topic } from '@narwhal/protocol'
import type { Queue } from '@narwhal/queue'
import { vi } from 'vitest'
import { always, message } from './contract/messages.ts'

/** As a relay does: publishes again and again until the broker has it. */
export async function publishUntilTaken(queue: Queue, topic: Topic, id: string): Promise<void> {
  const isTaken = () =>
    queue.publish(topic, message(id), always).then(
      () => true,
      () => false,
    )
  await vi.waitUntil(isTaken, { timeout: 30_000, interval: 10 })
}
