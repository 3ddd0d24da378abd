import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { failpoint, type Log, type Wake } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { AttemptRecord } from '@narwhal/store'
import { type ReadLogDeps, readLog } from './read-log.ts'

export interface SealLogsDeps extends ReadLogDeps {
  readonly wake: Wake
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Moves the logs of ended attempts from the store into compressed blobs. The blob is durable before the chunks go. A log
 * that cannot be moved stays in the store, where it can be read as well; the next start tries it again.
 */
export async function sealLogs(deps: SealLogsDeps): Promise<void> {
  const { changes, wake, signal, log } = deps
  const failed = new Set<string>()
  while (!signal.aborted) {
    const unsealed = await changes.change(({ tables }) => tables.attempts.listUnsealed(16 + failed.size))
    const attempts = unsealed.filter(({ id }) => !failed.has(id))
    for (const attempt of attempts) {
      await sealLog(deps, attempt).catch((error: unknown) => {
        failed.add(attempt.id)
        log.error({ err: error, attemptId: attempt.id }, 'a log could not be moved to its blob; it stays in the store')
      })
    }
    if (attempts.length === 0) await wake.next(signal).catch(() => undefined)
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
