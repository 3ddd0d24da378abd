import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { type Clock, failpoint, type Log, type Wake, wakeOrSleep } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { AttemptRecord } from '@narwhal/store'
import { type ReadLogDeps, readLog } from './read-log.ts'

export interface SealLogsDeps extends ReadLogDeps {
  readonly wake: Wake
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** After how long a log that could not be moved is tried again, in milliseconds. */
const againMs = 30_000

/**
 * Moves the logs of ended attempts from the store into compressed blobs. The blob is durable before the chunks go. A log
 * that cannot be moved stays in the store, where it can be read as well, and is tried again later.
 */
export async function sealLogs(deps: SealLogsDeps): Promise<void> {
  const { changes, wake, clock, signal, log } = deps
  const failed = new Set<string>()
  let againAt = 0
  while (!signal.aborted) {
    const unsealed = await changes.change(({ tables }) => tables.attempts.listUnsealed(16 + failed.size))
    const attempts = unsealed.filter(({ id }) => !failed.has(id))
    for (const attempt of attempts) {
      await sealLog(deps, attempt).catch((error: unknown) => {
        if (failed.size === 0) againAt = clock.monotonic() + againMs
        failed.add(attempt.id)
        log.error({ err: error, attemptId: attempt.id }, 'a log could not be moved to its blob; it stays in the store')
      })
    }
    if (attempts.length > 0) continue
    const rest = failed.size === 0 ? wake.next(signal) : wakeOrSleep(wake, againMs, { clock, signal })
    await rest.catch(() => undefined)
    if (clock.monotonic() >= againAt) failed.clear()
  }
}

async function sealLog(deps: SealLogsDeps, attempt: AttemptRecord): Promise<void> {
  const { changes, blobs, signal } = deps
  const key = `logs/${attempt.id}.gz`
  const bytes = async function* () {
    let read = 0
    for await (const { bytes: piece } of readLog(deps, attempt.id, { start: 0, end: attempt.logEnd.bytes })) {
      read += piece.length
      yield piece
    }
    if (read !== attempt.logEnd.bytes)
      throw problem('LOG_UNREADABLE', `${read} of ${attempt.logEnd.bytes} bytes are stored`)
  }
  const packed = pipeline(Readable.from(bytes()), createGzip(), () => undefined) // an error of either ends both, and rejects
  await blobs.write(key, packed, { signal })
  await failpoint('dispatcher.after-seal')
  await changes.change(async ({ tables }) => {
    await tables.attempts.save(attempt, { logBlob: key })
    await tables.chunks.removeAll(attempt.id)
  })
}
