import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from '@narwhal/protocol'
import type { Blobs, ReadRange } from '../blobs.ts'
import { checkKey } from '../check-key.ts'
import { isErrno } from './is-errno.ts'
import { listFiles } from './list-files.ts'
import { removeAbandoned } from './remove-abandoned.ts'
import { removeEmptyParents } from './remove-empty-parents.ts'
import { writeFileBlob } from './write-file-blob.ts'

// Where things stand below `root`:
// 1. The blob of the key `a/b` is the file `a/b@`. No key has an `@`, so `a` and `a/b` never meet.
// 2. `.incoming` holds what is being written. No key begins with a dot.

const mark = '@'

/** Blobs in the directory `root`, one file each. */
export async function openFileBlobs(root: string): Promise<Blobs> {
  const incoming = join(root, '.incoming')
  await mkdir(incoming, { recursive: true, mode: 0o700 })

  function pathOf(key: string): string {
    checkKey(key)
    return join(root, `${key}${mark}`)
  }

  async function* list(prefix: string) {
    const files = await listFiles(root, prefix)
    const keys = files.filter((file) => file.endsWith(mark)).map((file) => file.slice(0, -mark.length))
    yield* keys.filter((key) => key.startsWith(prefix)).sort()
  }

  return {
    write: async (key, source, { signal }) => await writeFileBlob(pathOf(key), source, { incoming, root, signal }),
    read: (key, range) => readRange(pathOf(key), key, range),
    async remove(key) {
      const path = pathOf(key)
      await rm(path, { force: true })
      await removeEmptyParents(path, root)
    },
    async stat(key) {
      const found = await stat(pathOf(key)).catch(undefinedIfMissing)
      return found && { bytes: found.size }
    },
    list,
    removeAbandoned: (before) => removeAbandoned(incoming, before),
    async [Symbol.asyncDispose]() {},
  }
}

async function* readRange(path: string, key: string, { start = 0, end, signal }: ReadRange): AsyncIterable<Uint8Array> {
  signal.throwIfAborted()
  const isEmpty = end !== undefined && end <= start
  const last = end === undefined ? {} : { end: isEmpty ? start : end - 1 }
  const stream = createReadStream(path, { start, ...last, signal })
  try {
    for await (const chunk of stream) if (!isEmpty) yield chunk
  } catch (error) {
    signal.throwIfAborted()
    throw isErrno(error, 'ENOENT') ? problem('BLOB_NOT_FOUND', `There is no blob ${key}.`) : error
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isErrno(error, 'ENOENT')) throw error
}
