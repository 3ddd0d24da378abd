import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'
import type { BlobReference } from '@narwhal/protocol'

export interface ArchiveLimit {
  readonly maxBytes: number
  readonly tooLarge: () => Error
  readonly signal: AbortSignal
}

/** Writes a tar, gzipped, to a new file, and hashes what it writes. Nothing is left when it fails. */
export async function writeArchive(
  tar: AsyncIterable<Uint8Array>,
  path: string,
  { maxBytes, tooLarge, signal }: ArchiveLimit,
): Promise<BlobReference> {
  const hash = createHash('sha256')
  let bytes = 0
  const measured = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > maxBytes) throw tooLarge()
      hash.update(chunk)
      yield chunk
    }
  }
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 })
  try {
    await pipeline(tar, gzip, measured, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal })
  } catch (error) {
    await rm(path, { force: true })
    throw signal.aborted ? signal.reason : error
  }
  return { sha256: hash.digest('hex'), bytes }
}
