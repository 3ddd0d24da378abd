import { statfs } from 'node:fs/promises'
import { problem } from '@narwhal/protocol'

const enoughBytes = 64 * 1024 * 1024 // a git that failed for want of space has given its part back already

/** `error`, or DISK_FULL when the disk that holds `path` is why. Decided by errno and by the space left, never by text. */
export async function diskFullOr(error: unknown, path: string): Promise<unknown> {
  const disk = await statfs(path).catch(() => undefined)
  const full = disk !== undefined && hasNoSpace(disk)
  if (!full && !saysNoSpace(error)) return error
  return problem('DISK_FULL', `The disk that holds ${path} is full.`, { cause: error })
}

/** Whether too little is left to fetch anything: bytes, or files where the file system counts them. */
export function hasNoSpace(disk: { bavail: number; bsize: number; files: number; ffree: number }): boolean {
  return disk.bavail * disk.bsize < enoughBytes || (disk.files > 0 && disk.ffree === 0)
}

function saysNoSpace(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOSPC' || code === 'EDQUOT'
}
