import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from '@narwhal/protocol'
import type { LfsObject } from './ask-for-objects.ts'
import type { LfsPointer } from './parse-lfs-pointer.ts'

export interface DownloadOptions {
  readonly directory: string
  /** Of the file, as git has it. */
  readonly path: string
  readonly signal: AbortSignal
}

/**
 * Writes one large file over its pointer, if it is what the pointer says. The workspace is still ours alone: its parents
 * are the directories of git's tree.
 *
 * @throws LFS_FAILED, or the reason of `signal`.
 */
export async function downloadObject(
  object: LfsObject | undefined,
  pointer: LfsPointer,
  { directory, path, signal }: DownloadOptions,
): Promise<void> {
  if (object === undefined) throw failed(path, 'the forge does not have it')
  const answer = await fetch(object.href, { headers: object.headers, signal }).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw failed(path, 'its place does not answer', cause)
  })
  if (!answer.ok || answer.body === null) throw failed(path, `its place answered ${answer.status}`)
  const { O_WRONLY, O_TRUNC, O_NOFOLLOW } = constants
  await using file = await open(join(directory, path), O_WRONLY | O_TRUNC | O_NOFOLLOW)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of answer.body) {
    bytes += chunk.length
    if (bytes > pointer.bytes) throw failed(path, 'it is longer than its pointer says')
    hash.update(chunk)
    await file.write(chunk)
  }
  if (hash.digest('hex') !== pointer.oid) throw failed(path, 'what came is not what its pointer names')
}

function failed(path: string, why: string, cause?: unknown) {
  return problem('LFS_FAILED', `The large file ${JSON.stringify(path)} could not be fetched: ${why}.`, { cause })
}
