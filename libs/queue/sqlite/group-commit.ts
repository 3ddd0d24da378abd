import type { DatabaseSync } from 'node:sqlite'

/**
 * Groups changes into transactions: those that arrive in one turn of the event loop share one commit, and so one
 * write to the disk.
 *
 * 1. A change is made at most once, in the order of the calls.
 * 2. A commit with a durable change in it is on the disk before any of its promises resolves. One without survives the
 *    end of the process, not a power cut: good enough for an acknowledgement, after which the message would come again.
 */
export interface GroupCommit {
  /** Resolves when `change` is committed; rejects when its group could not be. */
  make(change: () => void, options: { readonly durable: boolean }): Promise<void>
  /** Why the last group failed, until one succeeds. */
  fault(): string | undefined
  /** Commits what waits, now. */
  flush(): void
}

interface WaitingChange {
  readonly change: () => void
  readonly durable: boolean
  readonly resolve: () => void
  readonly reject: (cause: unknown) => void
}

/** Starts to group changes of `database`, whose transactions it owns from now on. */
export function startGroupCommit(database: DatabaseSync): GroupCommit {
  let waiting: WaitingChange[] = []
  let fault: string | undefined

  function flush(): void {
    const group = waiting
    waiting = []
    if (group.length === 0) return
    try {
      commit(database, group)
      fault = undefined
      for (const { resolve } of group) resolve()
    } catch (cause) {
      fault = String(cause)
      for (const { reject } of group) reject(cause)
    }
  }

  return {
    make(change, { durable }) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({ change, durable, resolve, reject })
      return promise
    },
    fault: () => fault,
    flush,
  }
}

function commit(database: DatabaseSync, group: readonly WaitingChange[]): void {
  const durable = group.some((waiting) => waiting.durable)
  database.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`)
  try {
    database.exec('BEGIN IMMEDIATE')
    for (const { change } of group) change()
    database.exec('COMMIT')
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}
