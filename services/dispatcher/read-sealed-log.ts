import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Blobs } from '@narwhal/blobs'
import { problem } from '@narwhal/protocol'
import type { AttemptRecord } from '@narwhal/store'

/** A sealed log, and what is known of it. Of logs of lost attempts that were sealed long ago the hash is not. */
export type SealedLog = Pick<AttemptRecord, 'logEnd' | 'logSha256'> & { readonly logBlob: string }

/**
 * The bytes of a sealed log, compared with what the attempt knows of them.
 *
 * @throws {ProblemError} LOG_UNREADABLE, LOG_DAMAGED
 */
export async function readSealedLog(blobs: Blobs, { logBlob, logEnd, logSha256 }: SealedLog): Promise<Uint8Array> {
  const bytes = await unpack(blobs, logBlob)
  if (bytes.length !== logEnd.bytes)
    throw problem('LOG_DAMAGED', `the blob ${logBlob} has ${bytes.length} bytes; ${logEnd.bytes} were written`)
  if (logSha256 !== undefined && createHash('sha256').update(bytes).digest('hex') !== logSha256)
    throw problem(
      'LOG_DAMAGED',
      `the blob ${logBlob} has other bytes than were written: their SHA-256 is not ${logSha256}`,
    )
  return bytes
}

async function unpack(blobs: Blobs, key: string): Promise<Uint8Array> {
  try {
    const packed = Readable.from(blobs.read(key, { signal: AbortSignal.timeout(60_000) }))
    const unpacked = pipeline(packed, createGunzip(), () => undefined) // an error of either ends both, and rejects
    return Buffer.concat(await unpacked.toArray())
  } catch (error) {
    throw problem('LOG_UNREADABLE', `the blob ${key} cannot be read: ${String(error)}`, { cause: error })
  }
}
