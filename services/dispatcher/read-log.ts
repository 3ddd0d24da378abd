import type { Blobs } from '@narwhal/blobs'
import { problem } from '@narwhal/protocol'
import type { AttemptRecord, JobRecord, StoreTables } from '@narwhal/store'
import type { Changes } from './changes.ts'
import { readSealedLog } from './read-sealed-log.ts'

export interface ReadLogDeps {
  readonly changes: Changes
  readonly blobs: Blobs
}

/** A piece of a log: bytes at their place in the attempt's log. */
export interface LogPiece {
  readonly position: number
  readonly bytes: Uint8Array
  /** The bytes are not those of the log, but say that those are missing. */
  readonly missing?: true
}

/** Chunks read at once; 64 KiB each at the most. */
const page = 16

/**
 * The attempt whose log a job shows: the newest one, or the one of that number. A job that was taken over shows the log it
 * took over. `undefined` while the job has no attempt.
 *
 * @throws {ProblemError} JOB_NOT_FOUND, ATTEMPT_NOT_FOUND.
 */
export async function findLog(tables: StoreTables, jobId: string, number?: number): Promise<AttemptRecord | undefined> {
  const job = await tables.jobs.find(jobId)
  if (job === undefined) throw problem('JOB_NOT_FOUND', `there is no job ${jobId}`)
  const attempts = await tables.attempts.ofJobs([sourceOf(job)])
  if (number === undefined) return attempts.findLast(({ state }) => state.state !== 'refused')
  const attempt = attempts.find((one) => one.number === number)
  if (attempt === undefined) throw problem('ATTEMPT_NOT_FOUND', `job ${jobId} has no attempt ${number}`)
  return attempt
}

function sourceOf(job: JobRecord): string {
  return job.takenFrom ?? job.id
}

/**
 * The bytes of an attempt's log from `start` up to `end`, in order, as far as they are stored now. Bytes that are missing,
 * which can only be when somebody else removed them, are marked in their place.
 *
 * @throws {ProblemError} LOG_UNREADABLE, LOG_DAMAGED of a sealed log.
 */
export async function* readLog(
  deps: ReadLogDeps,
  attemptId: string,
  range: { start: number; end: number },
): AsyncGenerator<LogPiece> {
  let position = range.start
  while (position < range.end) {
    const pieces = await readPieces(deps, attemptId, position)
    if (pieces.length === 0) return yield hole(position, range.end)
    for (const piece of pieces) {
      const begins = Math.min(piece.position, range.end)
      if (begins > position) yield hole(position, begins)
      position = Math.max(position, begins)
      const bytes = piece.bytes.subarray(position - piece.position, range.end - piece.position)
      if (position === range.end) return
      yield { position, bytes }
      position += bytes.length
    }
  }
}

/** A text of the length of what is missing, so that everything behind it keeps its place. */
function hole(position: number, end: number): LogPiece {
  const length = end - position
  const text = `\n[narwhal] ${length} bytes of the log are missing here`
  const bytes = Buffer.from(text.length < length ? `${text.padEnd(length - 1)}\n` : '?'.repeat(length))
  return { position, bytes, missing: true }
}

/** From the store while the log is hot, from its blob once it is sealed. */
async function readPieces(
  { changes, blobs }: ReadLogDeps,
  attemptId: string,
  position: number,
): Promise<readonly LogPiece[]> {
  const { chunks, attempt } = await changes.change(async ({ tables }) => ({
    chunks: await tables.chunks.list(attemptId, { position, limit: page }),
    attempt: await tables.attempts.find(attemptId),
  }))
  if (chunks.length > 0 || attempt?.logBlob === undefined) return chunks
  const whole = await readSealedLog(blobs, { ...attempt, logBlob: attempt.logBlob })
  return whole.length > position ? [{ position: 0, bytes: whole }] : []
}
