import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { problem } from '@narwhal/protocol'
import type { WrittenBlob } from '../blobs.ts'
import { bytesOf } from '../bytes-of.ts'
import { isErrno } from './is-errno.ts'

interface WriteOptions {
  /** Directory of what is being written, on the same file system as `root`. */
  readonly incoming: string
  readonly root: string
  readonly signal: AbortSignal
}

// 1. The bytes are on the disk before the file has its name; the name is on the disk before `write` resolves.
// 2. A half-written file never has a name that is a key.

/** Writes a file whole or not at all, so that a crash at any moment leaves the old one or the new one. */
export async function writeFileBlob(
  path: string,
  source: AsyncIterable<Uint8Array> | Uint8Array,
  { incoming, root, signal }: WriteOptions,
): Promise<WrittenBlob> {
  const half = join(incoming, randomUUID())
  try {
    await using file = await open(half, 'wx', 0o600)
    const written = await writeAll(file, bytesOf(source, signal))
    await file.sync() // 1
    await giveName(half, path)
    await syncParents(path, root) // 1
    return written
  } catch (error) {
    await rm(half, { force: true }).catch(() => undefined) // `removeAbandoned` will
    throw asProblem(error, root)
  }
}

async function writeAll(file: FileHandle, source: AsyncIterable<Uint8Array>): Promise<WrittenBlob> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of source) {
    hash.update(chunk)
    await file.writeFile(chunk) // writes on from where the last one ended
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

async function giveName(half: string, path: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      return await rename(half, path)
    } catch (error) {
      // Somebody who removed the last other blob removed the directory too, between the two lines above.
      if (!isErrno(error, 'ENOENT') || tries === 10) throw error
    }
  }
}

/** Each directory is synced from the file up to `root`, for any of them may be new. */
async function syncParents(path: string, root: string): Promise<void> {
  for (let folder = dirname(path); folder.length >= root.length; folder = dirname(folder)) {
    try {
      await using directory = await open(folder, 'r')
      await directory.sync()
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error // somebody has removed the blob already
    }
  }
}

/** After an error of the disk nothing is tried again on what was written: whoever writes again begins with a new file. */
function asProblem(error: unknown, root: string): unknown {
  if (isErrno(error, 'ENOSPC', 'EDQUOT'))
    return problem('BLOB_SPACE_FULL', `The disk that holds ${root} is full.`, { cause: error })
  if (isErrno(error, 'EIO', 'EROFS'))
    return problem('BLOB_STORE_UNAVAILABLE', `The disk that holds ${root} does not keep what is written.`, {
      cause: error,
    })
  return error
}
