import { buffer } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { pipeline, Readable } from 'node:stream'
import type { Blobs } from '@narwhal/blobs'
import { problem } from '@narwhal/protocol'
import type { AttemptRecord, JobRecord, StoreTables } from '@narwhal/store'
import type { Changes } from './changes.ts'

export interface ReadLogDeps {
  readonly changes: Changes
  readonly blobs: Blobs
}

/** A piece of a log: bytes at their place in the attempt's log. */
export interface LogPiece {
  readonly position: number
  readonly bytes: Uint8Array
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

/** The bytes of an attempt's log from `start` up to `end`, in order, as far as they are stored now. */
export async function* readLog(
  deps: ReadLogDeps,
  attemptId: string,
  range: { start: number; end: number },
): AsyncGenerator<LogPiece> {
  let position = range.start
  while (position < range.end) {
    const pieces = await readPieces(deps, attemptId, position)
    if (pieces.length === 0) return
    for (const piece of pieces) {
      const bytes = piece.bytes.subarray(position - piece.position, range.end - piece.position)
      if (bytes.length === 0) return
      yield { position, bytes }
      position += bytes.length
    }
  }
}

/** From the store while the log is hot, from its blob once it is sealed. */
async function readPieces(
  { changes, blobs }: ReadLogDeps,
  attemptId: string,
  position: number,
): Promise<readonly LogPiece[]> {
  const { chunks, blob } = await changes.change(async ({ tables }) => ({
    chunks: await tables.chunks.list(attemptId, { position, limit: page }),
    blob: (await tables.attempts.find(attemptId))?.logBlob,
  }))
  if (chunks.length > 0 || blob === undefined) return chunks
  const whole = await readSealed(blobs, blob)
  return whole.length > position ? [{ position: 0, bytes: whole }] : []
}

/** @throws {ProblemError} LOG_UNREADABLE */
async function readSealed(blobs: Blobs, key: string): Promise<Uint8Array> {
  try {
    const packed = Readable.from(blobs.read(key, { signal: AbortSignal.timeout(60_000) }))
    return await buffer(pipeline(packed, createGunzip(), () => undefined)) // an error of either ends both, and rejects
  } catch (error) {
    throw problem('LOG_UNREADABLE', `the blob ${key} cannot be read: ${String(error)}`, { cause: error })
  }
}
