import { rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isErrno } from './is-errno.ts'

/** Removes the directories above `path` that hold nothing any more, up to `root`, which stays. */
export async function removeEmptyParents(path: string, root: string): Promise<void> {
  for (let folder = dirname(path); folder.length > root.length; folder = dirname(folder)) {
    try {
      await rmdir(folder)
    } catch (error) {
      if (isErrno(error, 'ENOTEMPTY', 'EEXIST')) return
      if (!isErrno(error, 'ENOENT')) throw error
    }
  }
}
