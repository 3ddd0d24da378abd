import { createHash } from 'node:crypto'
import { problem } from '@narwhal/protocol'
import type { Blobs, ReadRange } from '../blobs.ts'
import { bytesOf } from '../bytes-of.ts'
import { checkKey } from '../check-key.ts'

/** Blobs that live as long as they are open. */
export function openMemoryBlobs(): Blobs {
  const blobs = new Map<string, Buffer>()

  async function* read(key: string, { start = 0, end = Number.POSITIVE_INFINITY, signal }: ReadRange) {
    checkKey(key)
    signal.throwIfAborted()
    const blob = blobs.get(key)
    if (blob === undefined) throw problem('BLOB_NOT_FOUND', `There is no blob ${key}.`)
    const bytes = blob.subarray(start, Math.min(end, blob.length))
    if (bytes.length > 0) yield Buffer.from(bytes)
  }

  async function* list(prefix: string) {
    yield* [...blobs.keys()].filter((key) => key.startsWith(prefix)).sort()
  }

  return {
    async write(key, source, { signal }) {
      checkKey(key)
      const chunks: Uint8Array[] = []
      for await (const chunk of bytesOf(source, signal)) chunks.push(chunk)
      const blob = Buffer.concat(chunks)
      blobs.set(key, blob)
      return { bytes: blob.length, sha256: createHash('sha256').update(blob).digest('hex') }
    },
    read,
    async remove(key) {
      checkKey(key)
      blobs.delete(key)
    },
    async stat(key) {
      checkKey(key)
      const blob = blobs.get(key)
      return blob && { bytes: blob.length }
    },
    list,
    async removeAbandoned() {},
    async [Symbol.asyncDispose]() {
      blobs.clear()
    },
  }
}
