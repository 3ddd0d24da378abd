import { isProblem, problem } from '@narwhal/protocol'
import { checkOutWorkspace, type HistoryOptions } from './check-out-workspace.ts'
import { diskFullOr } from './disk-full.ts'
import { findTreeEntry, type TreeEntry } from './find-tree-entry.ts'
import type { FoundCommit, Mirror } from './mirror.ts'
import { type ChangesSince, listChanges } from './list-changes.ts'
import { listSubmodules, type Submodule } from './list-submodules.ts'
import { listSizes, listTree, type SizedFile, type TreeFile } from './list-tree.ts'
import { type CommitInfo, parseCommit } from './parse-commit.ts'

const maxTreeBytes = 16 * 1024 * 1024

/** A commit that is in the mirror, and stays there. */
export interface MirrorCommit {
  /** Full name of the commit; of a sha that is an annotated tag, the commit that it names. */
  readonly sha: string
  /** What the commit says of itself. */
  commitInfo(): Promise<CommitInfo>
  /**
   * The bytes of the regular file at `path` (parts split by `/`), absent when there is nothing.
   *
   * @throws GIT_FILE_NOT_REGULAR, GIT_FILE_TOO_LARGE, MIRROR_BROKEN
   */
  readFile(
    path: string,
    options: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<Buffer | undefined>
  /** Every file of the commit. @throws GIT_FAILED, MIRROR_BROKEN */
  listTree(options: { readonly signal: AbortSignal }): Promise<readonly TreeFile[]>
  /** Every file with its length. @throws GIT_FAILED, MIRROR_BROKEN */
  listSizes(options: { readonly signal: AbortSignal }): Promise<readonly SizedFile[]>
  /** @throws GIT_FAILED, MIRROR_BROKEN */
  listSubmodules(options: { readonly signal: AbortSignal }): Promise<readonly Submodule[]>
  /** The paths that it changes; `all` when there is nothing to compare it with. @throws GIT_FAILED, MIRROR_BROKEN */
  listChanges(since: ChangesSince): Promise<readonly string[] | 'all'>
  /**
   * Makes the workspace in `directory`, which is empty or not there yet: the files of the commit, and a `.git` that
   * leads nowhere, with as much of the history as is asked for. When it fails, what is half made is the caller's to remove.
   *
   * @throws WORKSPACE_NOT_EMPTY, DISK_FULL, MIRROR_BROKEN
   */
  checkout(directory: string, options: HistoryOptions): Promise<void>
}

/** @param closing  aborted when the mirrors are closed. */
export function mirrorCommit(mirror: Mirror, { oid, body }: FoundCommit, closing: AbortSignal): MirrorCommit {
  const { tree, parent, message, author } = parseCommit(body)
  return {
    sha: oid,
    commitInfo: async () => ({ message, author }),
    async readFile(path, options) {
      const signal = AbortSignal.any([options.signal, closing])
      const entry = await findEntry(mirror, { tree, path }, signal)
      if (entry === undefined) return undefined
      if (!/^100[0-7]{3}$/.test(entry.mode)) throw notRegular(path, entry.mode)
      return await readObject(mirror, entry.oid, { what: path, maxBytes: options.maxBytes, signal })
    },
    listTree: (options) => listTree(mirror.path, oid, { signal: AbortSignal.any([options.signal, closing]) }),
    listSizes: (options) => listSizes(mirror.path, oid, { signal: AbortSignal.any([options.signal, closing]) }),
    listSubmodules: (options) =>
      listSubmodules(mirror.path, oid, { signal: AbortSignal.any([options.signal, closing]) }),
    listChanges: (since) =>
      listChanges(mirror, { oid, parent }, { ...since, signal: AbortSignal.any([since.signal, closing]) }),
    async checkout(directory, options) {
      const signal = AbortSignal.any([options.signal, closing])
      try {
        await checkOutWorkspace(mirror.path, oid, { ...options, directory, signal })
      } catch (error) {
        const cause = await diskFullOr(error, directory)
        throw isProblem(cause, 'GIT_FAILED') ? mirror.damaged(cause.message, cause) : cause
      }
    },
  }
}

async function findEntry(
  mirror: Mirror,
  { tree, path }: { tree: string; path: string },
  signal: AbortSignal,
): Promise<TreeEntry | undefined> {
  let entry: TreeEntry | undefined = { mode: '40000', oid: tree }
  for (const part of path.split('/')) {
    if (entry === undefined) return undefined
    if (entry.mode !== '40000') throw notRegular(path, entry.mode)
    const bytes = await readObject(mirror, entry.oid, { what: 'a directory', maxBytes: maxTreeBytes, signal })
    entry = findTreeEntry(bytes, part, tree.length / 2)
  }
  return entry
}

async function readObject(
  mirror: Mirror,
  oid: string,
  { what, ...options }: { what: string; maxBytes: number; signal: AbortSignal },
): Promise<Buffer> {
  const object = await mirror.read(oid, options).catch((error: unknown) => {
    if (!isProblem(error, 'GIT_FILE_TOO_LARGE')) throw error
    throw problem('GIT_FILE_TOO_LARGE', `${what} is larger than ${options.maxBytes} bytes.`, { cause: error })
  })
  if (object === undefined) throw mirror.damaged(`it lacks ${oid}`)
  return object.body
}

function notRegular(path: string, mode: string) {
  const kind = { '120000': 'a symbolic link', '160000': 'a submodule', '40000': 'a directory' }[mode] ?? 'no directory'
  return problem('GIT_FILE_NOT_REGULAR', `${path} is, or lies behind, ${kind}; its content is not read.`)
}
