import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants

/** The beginning of a file in the spool, and whether that is all of it. */
export interface SpoolText {
  readonly bytes: Buffer
  readonly isWhole: boolean
}

/**
 * Reads up to `maxBytes` of a file that a job can write. What is there now counts, if it is a regular file; links are not
 * followed, and nothing that is no file keeps us waiting.
 *
 * @returns nothing when there is no such file.
 */
export async function readSpoolText(path: string, maxBytes: number): Promise<SpoolText | undefined> {
  try {
    await using file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    const found = await file.stat()
    if (!found.isFile()) return undefined
    if (found.size === 0) return { bytes: Buffer.alloc(0), isWhole: true } // as nearly all are
    const bytes = await readUpTo(file, maxBytes + 1)
    return { bytes: bytes.subarray(0, maxBytes), isWhole: bytes.length <= maxBytes }
  } catch {
    return undefined // a link, a directory, or not ours to read: the job's own doing
  }
}

async function readUpTo(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(maxBytes)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, maxBytes - length, length)
    length += bytesRead
    if (bytesRead === 0 || length === maxBytes) return buffer.subarray(0, length)
  }
}
