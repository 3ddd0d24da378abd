import type { OutgoingMessage } from '@narwhal/queue'
import type { World } from '../core/world.ts'

/** A message in the queue of a subscriber. */
export interface Shelved extends OutgoingMessage {
  redelivered: boolean
  /** Who has it and has not acknowledged it. */
  with: object | undefined
}

/** The disk of the broker: what lies in each queue, in order. */
export class Shelves {
  readonly seen = new Set<string>()
  readonly #queues = new Map<string, Shelved[]>()
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  get depth(): number {
    return [...this.#queues.values()].reduce((sum, messages) => sum + messages.length, 0)
  }

  /** At the end of the queue, as a rule; twice, or before the others, where a fault says so. */
  put(queue: string, { id, body }: OutgoingMessage): void {
    const { decisions } = this.#world
    const messages = this.of(queue)
    const copies = decisions.happens('message-doubled', queue) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const message: Shelved = { id, body, redelivered: false, with: undefined }
      if (messages.length > 0 && decisions.happens('message-late', queue)) messages.unshift(message)
      else messages.push(message)
    }
    this.seen.add(id)
  }

  of(queue: string): Shelved[] {
    const messages = this.#queues.get(queue) ?? []
    this.#queues.set(queue, messages)
    return messages
  }

  /** Those that nobody has, the oldest first; now `owner` has them. */
  give(queue: string, most: number, owner: object): readonly Shelved[] {
    const batch = this.of(queue)
      .filter((message) => message.with === undefined)
      .slice(0, most)
    for (const message of batch) message.with = owner
    return batch
  }

  /** What `owner` had comes again. */
  giveBack(queue: string, owner: object): void {
    for (const message of this.of(queue)) {
      if (message.with !== owner) continue
      message.with = undefined
      message.redelivered = true
    }
  }

  forget(queue: string, batch: readonly Shelved[]): void {
    const messages = this.of(queue)
    for (const message of batch) messages.splice(messages.indexOf(message), 1)
  }
}
