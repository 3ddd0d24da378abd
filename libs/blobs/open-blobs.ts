import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { problem } from '@narwhal/protocol'
import type { Blobs } from './blobs.ts'
import { openFileBlobs } from './file/open-file-blobs.ts'
import { openMemoryBlobs } from './memory/open-memory-blobs.ts'

/**
 * Opens the blobs that `url` names: `file:PATH` (a directory, made when missing; relative to the current one, or
 * `file:///PATH`), or `memory:`.
 *
 * @throws BLOB_URL_INVALID
 */
export async function openBlobs(url: string): Promise<Blobs> {
  if (url === 'memory:') return openMemoryBlobs()
  const path = /^file:(.+)$/s.exec(url)?.[1]
  if (path === undefined || (path.startsWith('//') && !path.startsWith('///'))) {
    throw problem('BLOB_URL_INVALID', `"${url}" is not a URL of blobs.`)
  }
  return await openFileBlobs(path.startsWith('///') ? fileURLToPath(url) : resolve(path))
}
