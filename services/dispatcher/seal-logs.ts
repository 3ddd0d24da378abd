import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { Wake } from '@narwhal/host'
import type { AttemptRecord } from '@narwhal/store'
import { type ReadLogDeps, readLog } from './read-log.ts'

export interface SealLogsDeps extends ReadLogDeps {
  readonly wake: Wake
  readonly signal: AbortSignal
}

/** Moves the logs of ended attempts from the store into compressed blobs. The blob is durable before the chunks go. */
export async function sealLogs(deps: SealLogsDeps): Promise<void> {
  const { changes, wake, signal } = deps
  while (!signal.aborted) {
    const attempts = await changes.change(({ tables }) => tables.attempts.listUnsealed(16))
    for (const attempt of attempts) await sealLog(deps, attempt)
    if (attempts.length === 0) await wake.next(signal).catch(() => undefined)
  }
}

async function sealLog(deps: SealLogsDeps, attempt: AttemptRecord): Promise<void> {
  const { changes, blobs, signal } = deps
  const key = `logs/${attempt.id}.gz`
  const bytes = async function* () {
    for await (const piece of readLog(deps, attempt.id, { start: 0, end: attempt.logEnd.bytes })) yield piece.bytes
  }
  await blobs.write(key, Readable.from(bytes()).pipe(createGzip()), { signal })
  await changes.change(async ({ tables }) => {
    await tables.attempts.save(attempt, { logBlob: key })
    await tables.chunks.removeAll(attempt.id)
  })
}
