import { constants } from 'node:fs'
import { cp, lstat, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AttemptPaths } from '../engine.ts'
import { type FileView, insidePath, pathOf, placeOf } from '../files/place.ts'

/** Where steps find the directories of every attempt, as in a container. */
export const scriptedPaths: AttemptPaths = { workspacePath: '/workspace', spoolPath: '/narwhal' }

/** The files of a scripted step. Methods that find nothing, or a link in the way, answer `undefined` or `false`. */
export interface ScriptedFiles {
  kind(path: string): Promise<'file' | 'directory' | undefined>
  read(path: string): Promise<Buffer | undefined>
  write(path: string, text: string, mode: 'anew' | 'append'): Promise<boolean>
  makeDirectory(path: string, options: { readonly parents: boolean }): Promise<boolean>
  remove(path: string): Promise<boolean>
  copy(from: string, to: string): Promise<boolean>
  list(path: string): Promise<readonly string[] | undefined>
  /** Relative paths begin there from now on. */
  enter(path: string): Promise<boolean>
}

/** What a scripted container sees: both directories of the attempt; everything else is kept in the spool. */
export function scriptedView({ workspacePath, spoolPath }: AttemptPaths): FileView {
  return {
    mounts: [
      { inside: scriptedPaths.workspacePath, outside: workspacePath },
      { inside: scriptedPaths.spoolPath, outside: spoolPath },
      { inside: '/', outside: join(spoolPath, 'elsewhere') },
    ],
    workspace: scriptedPaths.workspacePath,
    home: '/root',
  }
}

/** Files on the disk, of which no name leads out of the mounts of `view` and no link is followed. */
export function scriptedFiles(view: FileView): ScriptedFiles {
  let directory = view.workspace
  const outside = (path: string) => pathOf(placeOf(path, view, directory))
  const kind: ScriptedFiles['kind'] = async (path) => kindOf(await outside(path))
  return {
    kind,
    read: async (path) => readRegular(await outside(path)),
    write: async (path, text, mode) => writeRegular(await outside(path), text, mode),
    async makeDirectory(path, { parents }) {
      const { root, parts } = placeOf(path, view, directory)
      for (const count of parts.keys()) {
        const parent = await pathOf({ root, parts: parts.slice(0, count + 1) })
        if (parent === undefined) return false
        if (parents || count === parts.length - 1) await mkdir(parent, { recursive: parents }).catch(() => undefined)
      }
      return (await kind(path)) === 'directory'
    },
    async remove(path) {
      const found = await outside(path)
      if (found === undefined) return false
      return succeeds(rm(found, { recursive: true }))
    },
    async copy(from, to) {
      const [source, target] = [await outside(from), await outside(to)]
      if (source === undefined || target === undefined || (await kindOf(source)) === undefined) return false
      return succeeds(cp(source, target, { recursive: true, verbatimSymlinks: true }))
    },
    async list(path) {
      const found = await outside(path)
      return found === undefined ? undefined : readdir(found).catch(() => undefined)
    },
    async enter(path) {
      if ((await kind(path)) !== 'directory') return false
      directory = insidePath(path, view, directory)
      return true
    },
  }
}

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants

async function kindOf(path: string | undefined): Promise<'file' | 'directory' | undefined> {
  const found = path === undefined ? undefined : await lstat(path).catch(() => undefined)
  if (found?.isDirectory()) return 'directory'
  return found?.isFile() ? 'file' : undefined
}

async function readRegular(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined || (await kindOf(path)) !== 'file') return undefined
  await using file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  return await file.readFile()
}

async function writeRegular(path: string | undefined, text: string, mode: 'anew' | 'append'): Promise<boolean> {
  if (path === undefined) return false
  const flags = O_WRONLY | O_CREAT | O_NOFOLLOW | (mode === 'append' ? O_APPEND : O_TRUNC)
  await using file = await open(path, flags, 0o644).catch(() => undefined)
  await file?.writeFile(text)
  return file !== undefined
}

function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}
