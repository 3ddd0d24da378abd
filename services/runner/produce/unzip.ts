import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { problem } from '@narwhal/protocol'

export interface UnzipLimit {
  /** What it is, for people. */
  readonly what: string
  readonly maxBytes: number
}

/**
 * The bytes behind a gzip.
 *
 * @throws BLOB_HASH_WRONG while they are read, when it is none or gives more than `maxBytes`; what `zipped` throws.
 */
export async function* unzip(
  zipped: AsyncIterable<Uint8Array>,
  { what, maxBytes }: UnzipLimit,
): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 })
  const fed = pipeline(zipped, gunzip)
  fed.catch(() => undefined) // its reader gets it too
  let bytes = 0
  try {
    for await (const chunk of gunzip) {
      bytes += chunk.length
      if (bytes > maxBytes) throw problem('BLOB_HASH_WRONG', `${what}: more than ${maxBytes} bytes when unpacked.`)
      yield chunk
    }
    await fed
  } catch (error) {
    throw isZlibError(error) ? problem('BLOB_HASH_WRONG', `${what}: no whole gzip.`, { cause: error }) : error
  } finally {
    gunzip.destroy()
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
