import { join } from 'node:path'
import { problem, type Repository, repositoryKey } from '@narwhal/protocol'
import type { CommitSource } from './fetch-into-mirror.ts'
import { fetchLfsObjects } from './lfs/fetch-lfs-objects.ts'
import type { MirrorCommit } from './mirror-commit.ts'
import type { Mirrors } from './open-mirrors.ts'
import { submoduleRepository } from './submodule-repository.ts'

/** What a workspace holds beside the files of the commit. */
export interface CloneOptions {
  /** Commits of history; 0: all of it. */
  readonly depth: number
  readonly tags: boolean
  readonly submodules: boolean
  readonly lfs: boolean
}

/** Where to check out, and from what. */
export interface CheckOutOptions {
  readonly source: CommitSource
  /** Where other repositories of the same host are cloned from: the operator's word. */
  readonly sourceOf: (repository: Repository) => Omit<CommitSource, 'repository'>
  readonly mirrors: Mirrors
  /** Empty, or not there yet. */
  readonly directory: string
  readonly clone: CloneOptions
  readonly signal: AbortSignal
}

const deepestSubmodule = 5
const mostSubmodules = 100

/**
 * Makes the workspace of a commit, with its submodules and large files where they are asked for. When it fails, what is
 * half made is the caller's to remove.
 *
 * @throws as `MirrorCommit.checkout` and `Mirrors.fetchCommit`; SUBMODULE_FOREIGN, SUBMODULES_TOO_MANY, LFS_FAILED.
 */
export async function checkOutCommit(commit: MirrorCommit, options: CheckOutOptions): Promise<void> {
  await checkOut(commit, { ...options, depthLeft: deepestSubmodule, count: { left: mostSubmodules } })
}

interface Descent extends CheckOutOptions {
  readonly depthLeft: number
  /** Shared by the whole tree of submodules. */
  readonly count: { left: number }
}

async function checkOut(commit: MirrorCommit, options: Descent): Promise<void> {
  const { directory, clone, source, signal } = options
  await commit.checkout(directory, { signal, depth: clone.depth, tags: clone.tags })
  if (clone.lfs) await fetchLfsObjects(commit, { source, directory, signal })
  if (clone.submodules) await checkOutSubmodules(commit, options)
}

async function checkOutSubmodules(commit: MirrorCommit, options: Descent): Promise<void> {
  const { source, sourceOf, mirrors, directory, depthLeft, count, signal } = options
  for (const { path, sha, url } of await commit.listSubmodules({ signal })) {
    if (url === undefined) continue // git leaves its directory empty, too
    if (depthLeft === 0 || count.left-- === 0) throw tooMany(source.repository)
    const repository = submoduleRepository(url, source.repository, source.url)
    const own = { repository, ...sourceOf(repository) }
    const submodule = await mirrors.fetchCommit(own, sha, { signal })
    await checkOut(submodule, { ...options, source: own, directory: join(directory, path), depthLeft: depthLeft - 1 })
  }
}

function tooMany(repository: Repository) {
  const limits = `${mostSubmodules} submodules, ${deepestSubmodule} within one another`
  return problem('SUBMODULES_TOO_MANY', `${repositoryKey(repository)} has more than ${limits}.`)
}
