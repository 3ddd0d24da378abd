/** One message in the queue of one subscriber. */
export interface ShelfEntry {
  /** As `queueName` says. */
  readonly queue: string
  readonly id: string
  readonly body: string
}

/** A message on a shelf. */
export interface ShelvedMessage {
  /** Grows with each message ever added while the shelf is open; never used twice. */
  readonly position: number
  readonly id: string
  readonly body: string
  readonly redelivered: boolean
}

/** Where a queue within one process keeps its messages. */
export interface Shelf extends AsyncDisposable {
  /** Resolves when all of them are kept, as durably as this shelf can; when it rejects, none may be. */
  add(entries: readonly ShelfEntry[]): Promise<void>
  /** At most `limit` messages of `queue` with a position above `after`, lowest first. */
  list(queue: string, after: number, limit: number): readonly ShelvedMessage[]
  /** Forgets messages. When it rejects they may still be there. */
  remove(positions: readonly number[]): Promise<void>
  /** Why the last change failed, until one succeeds. */
  fault(): string | undefined
}
