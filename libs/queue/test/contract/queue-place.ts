import { randomUUID } from 'node:crypto'
import type { Topic } from '@narwhal/protocol'
import type { Queue } from '@narwhal/queue'

/** Where queues of one kind can be opened; disposing removes what they left. */
export interface QueuePlace extends AsyncDisposable {
  open(): Promise<Queue>
  /** A topic that nothing else uses, with these subscribers; with `ada` alone when none is named. */
  topic(...subscribers: readonly string[]): Topic
}

export type OpenPlace = () => Promise<QueuePlace>

export function uniqueTopic(subscribers: readonly string[]): Topic {
  return { name: `test-${randomUUID()}`, subscribers: subscribers.length === 0 ? ['ada'] : subscribers }
}
