import { problem } from '@narwhal/protocol'

// What follows when SQLite cannot read or write its file.
// 1. A full disk (SQLITE_FULL) has changed nothing: STORE_UNAVAILABLE, and the next transaction may succeed.
// 2. After any other error (SQLITE_IOERR, above all of fsync) nobody knows what is on the disk: the kernel may have dropped
//    what it could not write, and a second fsync says "done" all the same. So nothing is tried again in place: every
//    call fails from then on, and the process ends. Nothing of it was acknowledged: it comes again, and the keys decide.
// 3. Whoever opens the file copies the log into it first, and syncs that: pages which were read from the log are written
//    once more, so what the last life left half-synced is on the disk before anybody builds on it.

/** SQLite's primary result codes. */
const ioError = 10
const full = 13

export interface SqliteFaults {
  /** Runs one call of SQLite. @throws {ProblemError} STORE_UNAVAILABLE for a fault of the disk; else what it throws. */
  guard<T>(call: () => T): T
  /** Whether the process is about to end. */
  isBroken(): boolean
}

/** Watches over the calls of one file. */
export function sqliteFaults(path: string): SqliteFaults {
  let isBroken = false
  return {
    isBroken: () => isBroken,
    guard(call) {
      if (isBroken) throw problem('STORE_UNAVAILABLE', `${path} is not used any more after an error of its disk`)
      try {
        return call()
      } catch (error) {
        const code = primaryCodeOf(error)
        if (code !== ioError && code !== full) throw error
        if (code === ioError) {
          isBroken = true
          endProcess(path, error)
        }
        throw problem('STORE_UNAVAILABLE', `${path} cannot be written: ${String(error)}`, { cause: error })
      }
    },
  }
}

function primaryCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

/** By an error that nobody catches, one turn later: whoever waits can still be told no. */
function endProcess(path: string, cause: unknown): void {
  setImmediate(() => {
    throw problem('DISK_BROKEN', `${path} could not be read or written: ${String(cause)}.`, { cause })
  })
}
