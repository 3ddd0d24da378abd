import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { problem } from '@narwhal/protocol'
import type { Blobs } from './blobs.ts'
import { openFileBlobs } from './file/open-file-blobs.ts'
import { openMemoryBlobs } from './memory/open-memory-blobs.ts'
import { parseS3Url } from './s3/parse-s3-url.ts'

/** What opens a bucket. Absent for blobs that are none. */
interface BlobOptions {
  readonly s3AccessKey?: string | undefined
  readonly s3SecretKey?: string | undefined
}

/**
 * Opens the blobs that `url` names: `file:PATH` (a directory, made when missing; relative to the current one, or
 * `file:///PATH`), `s3://BUCKET/PREFIX?region=…&endpoint=…&path-style=…`, or `memory:`.
 *
 * @throws BLOB_URL_INVALID, BLOB_STORE_DENIED, BLOB_STORE_MISSING
 */
export async function openBlobs(url: string, options: BlobOptions = {}): Promise<Blobs> {
  if (url === 'memory:') return openMemoryBlobs()
  if (url.startsWith('s3:')) return await openBucket(url, options)
  const path = /^file:(.+)$/s.exec(url)?.[1]
  if (path === undefined || (path.startsWith('//') && !path.startsWith('///'))) {
    throw problem('BLOB_URL_INVALID', `"${url}" is not a URL of blobs.`)
  }
  return await openFileBlobs(path.startsWith('///') ? fileURLToPath(url) : resolve(path))
}

async function openBucket(
  url: string,
  { s3AccessKey: accessKey, s3SecretKey: secretKey }: BlobOptions,
): Promise<Blobs> {
  const place = parseS3Url(url)
  if (accessKey === undefined || secretKey === undefined)
    throw problem('BLOB_STORE_DENIED', `There are no keys for the bucket ${place.bucket}.`)
  const { openS3Blobs } = await import('./s3/open-s3-blobs.ts') // its library takes 0.4 s to load: only who uses it waits
  return await openS3Blobs(place, { keys: { accessKey, secretKey } })
}
