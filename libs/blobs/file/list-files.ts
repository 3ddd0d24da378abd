import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isErrno } from './is-errno.ts'

/** Paths below `root`, relative to it, of all files in the directory that `prefix` leads to. */
export async function listFiles(root: string, prefix: string): Promise<readonly string[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  if (folder.split('/').includes('..')) return []
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(noneIfMissing)
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('.'))
}

function noneIfMissing(error: unknown): [] {
  if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error
  return []
}
