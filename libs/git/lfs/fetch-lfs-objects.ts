import { problem, repositoryKey } from '@narwhal/protocol'
import { checkCloneUrl } from '../clone-url.ts'
import type { CommitSource } from '../fetch-into-mirror.ts'
import type { MirrorCommit } from '../mirror-commit.ts'
import { askForObjects } from './ask-for-objects.ts'
import { downloadObject } from './download-object.ts'
import { type LfsPointer, lfsPointerBytes, parseLfsPointer } from './parse-lfs-pointer.ts'

export interface LfsOptions {
  readonly source: CommitSource
  /** Of the workspace, checked out and not yet seen by any job. */
  readonly directory: string
  readonly signal: AbortSignal
}

/** Files of one question to the forge. */
const batchSize = 100

/**
 * Puts the large files of a commit in the place of their pointers. They come from the forge of its source, by https.
 *
 * @throws LFS_FAILED, DISK_FULL, or the reason of `signal`.
 */
export async function fetchLfsObjects(commit: MirrorCommit, { source, directory, signal }: LfsOptions): Promise<void> {
  const found = await findPointers(commit, signal)
  if (found.length === 0) return
  const { url, protocol } = checkCloneUrl(source.url)
  if (protocol !== 'https' && protocol !== 'http') {
    throw problem('LFS_FAILED', `${repositoryKey(source.repository)} keeps large files, but is not cloned by https.`)
  }
  for (let start = 0; start < found.length; start += batchSize) {
    const batch = found.slice(start, start + batchSize)
    const pointers = batch.map(({ pointer }) => pointer)
    const objects = await askForObjects(url, pointers, { token: source.token, signal })
    for (const { path, pointer } of batch) {
      await downloadObject(objects.get(pointer.oid), pointer, { directory, path, signal })
    }
  }
}

async function findPointers(commit: MirrorCommit, signal: AbortSignal) {
  const found: { readonly path: string; readonly pointer: LfsPointer }[] = []
  for (const { path, mode, bytes } of await commit.listSizes({ signal })) {
    if (!mode.startsWith('100') || bytes > lfsPointerBytes) continue
    const content = await commit.readFile(path, { maxBytes: lfsPointerBytes, signal })
    const pointer = parseLfsPointer(content?.toString('utf8') ?? '')
    if (pointer !== undefined) found.push({ path, pointer })
  }
  return found
}
