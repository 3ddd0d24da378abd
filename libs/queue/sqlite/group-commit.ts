import type { DatabaseSync } from 'node:sqlite'
import { problem } from '@narwhal/protocol'

/**
 * Groups changes into transactions: those that arrive in one turn of the event loop share one commit, and so one
 * write to the disk.
 *
 * 1. A change is made at most once, in the order of the calls.
 * 2. A commit with a durable change in it is on the disk before any of its promises resolves. One without survives the
 *    end of the process, not a power cut: good enough for an acknowledgement, after which the message would come again.
 * 3. After a full disk the next group is tried. After any other error of the disk nobody knows what is on it (the kernel
 *    may have dropped what it could not write, and a second fsync says "done"): all groups fail, and the process ends.
 * 4. The log is copied into the file by us, not by SQLite on the side, which would swallow such an error.
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

const groupsPerCopy = 250

/** SQLITE_IOERR, of which there are many; not SQLITE_FULL. */
function isDiskError(cause: unknown): boolean {
  return cause instanceof Error && 'errcode' in cause && (Number(cause.errcode) & 0xff) === 10
}

/** Starts to group changes of `database`, whose transactions it owns from now on. */
export function startGroupCommit(database: DatabaseSync): GroupCommit {
  let waiting: WaitingChange[] = []
  let fault: string | undefined
  let isBroken = false
  let sinceCopied = 0

  function flush(): void {
    const group = waiting
    waiting = []
    if (group.length === 0) return
    try {
      if (isBroken) throw problem('QUEUE_UNAVAILABLE', 'The queue is not used any more after an error of its disk.')
      commit(database, group)
      fault = undefined
      for (const { resolve } of group) resolve()
      copyLog()
    } catch (cause) {
      fault = String(cause)
      for (const { reject } of group) reject(cause)
      endIfBroken(cause)
    }
  }

  function copyLog(): void {
    if (++sinceCopied < groupsPerCopy) return
    sinceCopied = 0
    database.exec('PRAGMA wal_checkpoint(PASSIVE)') // 4
  }

  /** By an error that nobody catches, one turn later: whoever waits can still be told no. */
  function endIfBroken(cause: unknown): void {
    if (isBroken || !isDiskError(cause)) return
    isBroken = true // 3
    setImmediate(() => {
      throw problem('DISK_BROKEN', `${database.location()} could not be written: ${String(cause)}.`, { cause })
    })
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
