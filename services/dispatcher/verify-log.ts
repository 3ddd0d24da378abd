import { createHash } from 'node:crypto'
import { type AttemptResult, problem } from '@narwhal/protocol'
import type { AttemptRecord, StoreTables } from '@narwhal/store'

/** Chunks read at once; 64 KiB each at the most. */
const page = 64

/**
 * Compares the stored log with what the runner says it wrote.
 *
 * @throws {ProblemError} LOG_INCOMPLETE with `data.bytes`, the stored length.
 */
export async function verifyLog(
  tables: StoreTables,
  attempt: AttemptRecord,
  expected: AttemptResult['log'],
): Promise<void> {
  const { bytes } = attempt.logEnd
  const data = { bytes }
  if (bytes !== expected.bytes)
    throw problem('LOG_INCOMPLETE', `${bytes} bytes are stored, the runner wrote ${expected.bytes}`, { data })
  const hash = createHash('sha256')
  let position = 0
  while (position < bytes) {
    const chunks = await tables.chunks.list(attempt.id, { position, limit: page })
    for (const chunk of chunks) hash.update(chunk.bytes)
    const last = chunks.at(-1)
    if (last === undefined) throw problem('LOG_INCOMPLETE', `byte ${position} is not stored`, { data })
    position = last.position + last.bytes.length
  }
  if (hash.digest('hex') !== expected.sha256)
    throw problem('LOG_INCOMPLETE', 'the stored bytes are not those that the runner wrote', { data })
}
