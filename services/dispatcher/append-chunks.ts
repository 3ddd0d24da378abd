import { type LogChunk, problem } from '@narwhal/protocol'
import type { AttemptRecord } from '@narwhal/store'
import type { Change } from './changes.ts'

/** Runners cut a log at 64 MiB and say so in it; a little more is let in for what they say. */
const logLimitBytes = 65 * 1024 * 1024

/**
 * Appends chunks to the stored log; the attempt with the log's new end, or the same object when nothing was new.
 *
 * Steps come in their order; a chunk begins where the stored log of its step ends. What is stored already is passed over.
 *
 * @throws {ProblemError} LOG_OFFSET_WRONG with `data.step` and `data.expected`, when bytes are missing before a chunk.
 */
export async function appendChunks(
  change: Change,
  attempt: AttemptRecord,
  chunks: readonly LogChunk[],
): Promise<AttemptRecord> {
  let logEnd = attempt.logEnd
  for (const { step, offset, at, data } of chunks) {
    if (step < logEnd.step) continue
    const expected = step === logEnd.step ? logEnd.stepBytes : 0
    const given = Buffer.from(data, 'base64')
    if (offset > expected) throw wrongOffset({ step, offset, expected })
    const bytes = given.subarray(expected - offset)
    if (bytes.length === 0) continue
    if (logEnd.bytes + bytes.length > logLimitBytes)
      throw problem('BAD_REQUEST', 'the log is larger than any runner lets it be')
    await change.tables.chunks.insert(attempt.id, { step, offset: expected, position: logEnd.bytes, at, bytes })
    logEnd = { step, stepBytes: expected + bytes.length, bytes: logEnd.bytes + bytes.length }
  }
  if (logEnd === attempt.logEnd) return attempt
  change.touch({ kind: 'log', attemptId: attempt.id })
  return { ...attempt, logEnd }
}

function wrongOffset({ step, offset, expected }: { step: number; offset: number; expected: number }): Error {
  const detail = `step ${step} is stored up to byte ${expected}, the chunk begins at ${offset}`
  return problem('LOG_OFFSET_WRONG', detail, { data: { step, expected } })
}
