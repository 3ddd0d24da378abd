import { statfs } from 'node:fs/promises'
import { isProblem, problem } from '@narwhal/protocol'

const enoughBytes = 64 * 1024 * 1024 // a git that failed for want of space has given its part back already

/**
 * `error`, or DISK_FULL when the disk that holds `path` is why: by the errno of an error of the file system, by the
 * space that is left after a git that failed; never by text.
 */
export async function diskFullOr(error: unknown, path: string): Promise<unknown> {
  const full = isProblem(error, 'GIT_FAILED') ? hasNoSpace(await statfs(path)) : saysNoSpace(error)
  return full ? problem('DISK_FULL', `The disk that holds ${path} is full.`, { cause: error }) : error
}

/** Whether too little is left to fetch anything: bytes, or files where the file system counts them. */
export function hasNoSpace(disk: { bavail: number; bsize: number; files: number; ffree: number }): boolean {
  return disk.bavail * disk.bsize < enoughBytes || (disk.files > 0 && disk.ffree === 0)
}

function saysNoSpace(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOSPC' || code === 'EDQUOT'
}
