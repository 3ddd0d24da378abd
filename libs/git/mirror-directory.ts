import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runGit } from './run-git.ts'

/** Where a mirror stands, and of which hash its object names are. */
export interface MirrorPlace {
  readonly root: string
  readonly path: string
  readonly objectFormat: 'sha1' | 'sha256'
}

/**
 * Sees that a bare mirror stands at `path`: makes it, or makes it again when it is half made.
 * Lock files and half-fetched packs of a former life are removed.
 */
export async function prepareMirror(place: MirrorPlace, { signal }: { signal: AbortSignal }): Promise<void> {
  if (await isWhole(place.path)) await removeLeftovers(place.path)
  else await remakeMirror(place, { signal })
}

/** An empty mirror in place of whatever stands at `path`. A mirror appears whole or not at all. */
export async function remakeMirror({ root, path, objectFormat }: MirrorPlace, { signal }: { signal: AbortSignal }) {
  const fresh = join(root, `-new-${randomUUID()}`) // no host's name begins with a dash
  const old = join(root, `-old-${randomUUID()}`)
  try {
    const init = ['init', '--quiet', '--bare', '--template=', '--initial-branch=main']
    await runGit([...init, `--object-format=${objectFormat}`, '--', fresh], { signal })
    await appendFile(join(fresh, 'config'), '[uploadpack]\n\tallowAnySHA1InWant = true\n')
    await mkdir(dirname(path), { recursive: true })
    await rename(path, old).catch(ignoreMissing)
    await rename(fresh, path)
  } finally {
    await rm(fresh, { recursive: true, force: true })
    await rm(old, { recursive: true, force: true })
  }
}

/** Removes what a git that was ended in the middle leaves behind. Only while no git writes to the mirror. */
export async function removeLeftovers(path: string): Promise<void> {
  const folders = [
    { folder: path, recursive: false },
    { folder: join(path, 'refs'), recursive: true },
    { folder: join(path, 'objects', 'info'), recursive: false },
    { folder: join(path, 'objects', 'pack'), recursive: false },
  ]
  for (const { folder, recursive } of folders) {
    const files = await readdir(folder, { recursive, withFileTypes: true }).catch(() => [])
    const left = files.filter((file) => file.isFile() && /\.lock$|^tmp_/.test(file.name))
    for (const file of left) await rm(join(file.parentPath, file.name), { force: true })
  }
}

async function isWhole(path: string): Promise<boolean> {
  const [head, config, objects, refs] = await Promise.all(
    ['HEAD', 'config', 'objects', 'refs'].map((name) => stat(join(path, name)).catch(() => undefined)),
  )
  const files = head?.isFile() === true && head.size > 0 && config?.isFile() === true && config.size > 0
  return files && objects?.isDirectory() === true && refs?.isDirectory() === true
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
