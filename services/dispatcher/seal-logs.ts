import { createHash, type Hash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { type Clock, failpoint, type Log, type Wake, wakeOrSleep } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { AttemptRecord } from '@narwhal/store'
import { type ReadLogDeps, readLog } from './read-log.ts'
import { readSealedLog } from './read-sealed-log.ts'

export interface SealLogsDeps extends ReadLogDeps {
  readonly clock: Clock
  readonly wake: Wake
  readonly log: Log
  readonly signal: AbortSignal
}

// The longest sleep without a wake, in milliseconds: a safety net, and when to look whether it is our turn by now.
const safetyNetMs = 15_000
const notOurTurnMs = 1_000

/** After how long a log that could not be moved is tried again, in milliseconds. */
const againMs = 30_000

/**
 * Moves the logs of ended attempts from the store into compressed blobs. What is packed is compared with the length and the
 * hash that the runner told; the blob is durable, and was read back, before the chunks go. A log that cannot be moved stays in
 * the store, where it can be read as well, and is tried again later. One dispatcher does so for all.
 */
export async function sealLogs(deps: SealLogsDeps): Promise<void> {
  const { changes, clock, wake, signal } = deps
  const failed: Failed = { ids: new Set(), againAt: 0 }
  while (!signal.aborted) {
    const found = await changes
      .inTurn('seal', () => sealNext(deps, failed))
      .catch((error: unknown) => {
        if (error !== failed.fault) throw error
        return undefined
      })
    if (found !== undefined && found > 0) continue
    const sleepMs = found === undefined ? notOurTurnMs : safetyNetMs
    await wakeOrSleep(wake, sleepMs, { clock, signal }).catch(() => undefined)
    if (clock.monotonic() >= failed.againAt) failed.ids.clear()
  }
}

/** Attempts whose logs could not be moved, until they are tried again (monotonic milliseconds). */
interface Failed {
  readonly ids: Set<string>
  againAt: number
  /** Why the last one could not; it was logged. */
  fault?: unknown
}

/** How many logs it has moved. @throws when one could not be moved, after the others have been. */
async function sealNext(deps: SealLogsDeps, failed: Failed): Promise<number> {
  const { changes, clock, log, signal } = deps
  const unsealed = await changes.change(({ tables }) => tables.attempts.listUnsealed(16 + failed.ids.size))
  const attempts = unsealed.filter(({ id }) => !failed.ids.has(id))
  let isMoved = true
  for (const attempt of attempts) {
    await sealLog(deps, attempt).catch((error: unknown) => {
      signal.throwIfAborted() // a stop is no fault of the log
      isMoved = false
      failed.fault = error
      if (failed.ids.size === 0) failed.againAt = clock.monotonic() + againMs
      failed.ids.add(attempt.id)
      log.error({ err: error, attemptId: attempt.id }, 'a log could not be moved to its blob; it stays in the store')
    })
  }
  if (!isMoved) throw failed.fault
  return attempts.length
}

async function sealLog(deps: SealLogsDeps, attempt: AttemptRecord): Promise<void> {
  const { changes, blobs, signal } = deps
  const logBlob = `logs/${attempt.id}.gz`
  const hash = createHash('sha256')
  const packed = pipeline(Readable.from(checkedBytes(deps, attempt, hash)), createGzip(), () => undefined) // an error of either ends both, and rejects
  await blobs.write(logBlob, packed, { signal })
  const sealed = { logEnd: attempt.logEnd, logBlob, logSha256: hash.digest('hex') }
  await readSealedLog(blobs, sealed)
  await failpoint('dispatcher.after-seal')
  await changes.change(async ({ tables }) => {
    const now = await tables.attempts.find(attempt.id)
    if (now === undefined || now.logBlob !== undefined) return // another dispatcher was quicker
    await tables.attempts.save(now, { logBlob, logSha256: sealed.logSha256 })
    await tables.chunks.removeAll(attempt.id)
  })
}

/** The bytes of a log; throws at their end when they are not those of the attempt. */
async function* checkedBytes(deps: ReadLogDeps, attempt: AttemptRecord, hash: Hash): AsyncGenerator<Uint8Array> {
  const { id, logEnd, logSha256 } = attempt
  for await (const { position, bytes, missing } of readLog(deps, id, { start: 0, end: logEnd.bytes })) {
    if (missing === true) throw problem('LOG_DAMAGED', `${bytes.length} bytes from byte ${position} on are not stored`)
    hash.update(bytes)
    yield bytes
  }
  if (logSha256 !== undefined && hash.copy().digest('hex') !== logSha256)
    throw problem(
      'LOG_DAMAGED',
      `the stored bytes are not those that the runner wrote: their SHA-256 is not ${logSha256}`,
    )
}
