import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { WrittenBlob } from '../blobs.ts'
import { bytesOf } from '../bytes-of.ts'
import { s3Problem } from './s3-problem.ts'

// 1. A blob of one part is one PUT; a larger one is a multipart upload, which nobody sees before it is completed.
// 2. When the source fails or is aborted, the upload waits for the parts that are on their way and then takes all back.
//    (Its own `abort` would not wait, and what arrives afterwards would stay.)
// 3. At most three parts are in memory: two that travel and one that is filled.

const partBytes = 8 * 1024 * 1024
const partsAtOnce = 2

interface WriteOptions {
  readonly client: S3Client
  readonly bucket: string
  readonly signal: AbortSignal
}

/** Writes an object whole or not at all, from a source of any length. */
export async function writeS3Blob(
  objectKey: string,
  source: AsyncIterable<Uint8Array> | Uint8Array,
  { client, bucket, signal }: WriteOptions,
): Promise<WrittenBlob> {
  const hash = createHash('sha256')
  let bytes = 0
  let fault: { readonly of: unknown } | undefined
  async function* counted() {
    try {
      for await (const chunk of bytesOf(source, signal)) {
        hash.update(chunk)
        bytes += chunk.length
        yield chunk
      }
    } catch (error) {
      fault = { of: error } // what the source threw is not the object store's
      throw error
    }
  }
  const params = { Bucket: bucket, Key: objectKey, Body: Readable.from(counted()) }
  try {
    await new Upload({ client, params, partSize: partBytes, queueSize: partsAtOnce }).done() // 1, 2, 3
    return { bytes, sha256: hash.digest('hex') }
  } catch (error) {
    throw fault === undefined ? s3Problem(error, `write ${objectKey}`) : fault.of
  }
}
