import { lstat } from 'node:fs/promises'
import { basename, join, posix, sep } from 'node:path'

/** A directory of the machine, under the name that steps know it by. Both are absolute. */
export interface Mount {
  readonly inside: string
  readonly outside: string
}

/** What a step sees of the machine's files, for engines without containers. One of the mounts is at `/`. */
export interface FileView {
  readonly mounts: readonly Mount[]
  /** Where relative paths begin, and `~`: as steps know them. */
  readonly workspace: string
  readonly home: string
}

/** A file or directory below a directory that is trusted. What lies between them may be links: nothing follows those. */
export interface Place {
  readonly root: string
  readonly parts: readonly string[]
}

/** Where `path` is: relative to `from` (by default the workspace), absolute, or below `~`. */
export function placeOf(path: string, view: FileView, from = view.workspace): Place {
  const inside = insidePath(path, view, from)
  const holders = view.mounts.filter((mount) => isBelow(inside, mount.inside))
  const nearest = holders.reduce((near, mount) => (mount.inside.length > near.inside.length ? mount : near))
  return { root: nearest.outside, parts: inside.slice(nearest.inside.length).split('/').filter(Boolean) }
}

/** The same path, absolute and without `.` and `..`, as steps know it. */
export function insidePath(path: string, { workspace, home }: FileView, from = workspace): string {
  const expanded = path === '~' || path.startsWith('~/') ? home + path.slice(1) : path
  return posix.resolve(from, expanded)
}

/** The path on the machine, or `undefined` when a link or something else that is no directory stands in the way. */
export async function pathOf({ root, parts }: Place): Promise<string | undefined> {
  let path = root
  for (const part of parts) {
    if (path !== root && !(await isDirectory(path))) return undefined
    path = join(path, part)
  }
  return path
}

/** The last part of `path`, as the names in a tar of it begin. */
export function nameOf(path: string, view: FileView): string {
  return /(?:^|\/)\.?$/.test(path) ? '.' : basename(insidePath(path, view)) || '.'
}

function isBelow(path: string, directory: string): boolean {
  return directory === sep || path === directory || path.startsWith(`${directory}/`)
}

async function isDirectory(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
