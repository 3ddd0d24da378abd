import { type Bell, newBell } from '../bell.ts'
import type { Shelf, ShelvedMessage } from './shelf.ts'

/**
 * The messages of one queue on their way to those who take. What is in flight is known here only: when the process
 * ends it is forgotten, and the shelf gives everything again.
 *
 * 1. Every message on the shelf is above `last` (not given yet), in `returned` (to be given again) or in flight.
 * 2. Returned messages go first, lowest position first: a rejected batch does not lose its place.
 */
export interface Line {
  /** Rings when there may be something to take. */
  readonly bell: Bell
  /** At most `limit` messages, now in flight. */
  next(limit: number): readonly ShelvedMessage[]
  /** Messages in flight that were not acknowledged. */
  giveBack(messages: readonly ShelvedMessage[]): void
}

/** A line over the messages that `shelf` keeps for `queue`. */
export function newLine(shelf: Shelf, queue: string): Line {
  const bell = newBell()
  let last = 0
  let returned: readonly ShelvedMessage[] = []

  return {
    bell,
    next(limit) {
      const again = returned.slice(0, limit)
      returned = returned.slice(limit)
      const fresh = again.length < limit ? shelf.list(queue, last, limit - again.length) : []
      last = fresh.at(-1)?.position ?? last
      return [...again, ...fresh]
    },
    giveBack(messages) {
      const again = messages.map((message) => ({ ...message, redelivered: true }))
      returned = [...returned, ...again].sort((a, b) => a.position - b.position)
      bell.ring()
    },
  }
}
