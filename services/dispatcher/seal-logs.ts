import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { type Clock, failpoint, type Log, type Wake, wakeOrSleep } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { AttemptRecord } from '@narwhal/store'
import { type ReadLogDeps, readLog } from './read-log.ts'

export interface SealLogsDeps extends ReadLogDeps {
  readonly clock: Clock
  readonly wake: Wake
  readonly log: Log
  readonly signal: AbortSignal
}

// The longest sleep without a wake, in milliseconds: a safety net, and when to look whether it is our turn by now.
const safetyNetMs = 15_000
const notOurTurnMs = 1_000

/**
 * Moves the logs of ended attempts from the store into compressed blobs. The blob is durable before the chunks go. A log
 * that cannot be moved stays in the store, where it can be read as well; the next start tries it again. One dispatcher does
 * so for all.
 */
export async function sealLogs(deps: SealLogsDeps): Promise<void> {
  const { changes, clock, wake, signal, log } = deps
  const failed = new Set<string>()
  while (!signal.aborted) {
    const isOurs = await changes.hasTurn('seal')
    const limit = 16 + failed.size
    const unsealed = isOurs ? await changes.change(({ tables }) => tables.attempts.listUnsealed(limit)) : []
    const attempts = unsealed.filter(({ id }) => !failed.has(id))
    for (const attempt of attempts) {
      await sealLog(deps, attempt).catch((error: unknown) => {
        failed.add(attempt.id)
        log.error({ err: error, attemptId: attempt.id }, 'a log could not be moved to its blob; it stays in the store')
      })
    }
    if (attempts.length === 0)
      await wakeOrSleep(wake, isOurs ? safetyNetMs : notOurTurnMs, { clock, signal }).catch(() => undefined)
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
    if ((await tables.attempts.find(attempt.id))?.logBlob !== undefined) return // another dispatcher has moved the same bytes
    await tables.attempts.save(attempt, { logBlob: key })
    await tables.chunks.removeAll(attempt.id)
  })
}
