import { isProblem } from '@narwhal/protocol'
import type { Mirror } from './mirror.ts'
import { runGit } from './run-git.ts'

/** What a commit is compared with. */
export interface ChangesSince {
  /** Where its ref stood before it was pushed. */
  readonly before?: string | undefined
  /** The branch that it wants to go to; it wins: what counts then is what came since the two parted. */
  readonly base?: string | undefined
  readonly signal: AbortSignal
}

/** A commit of the mirror and its first parent. */
export interface ComparedCommit {
  readonly oid: string
  readonly parent: string | undefined
}

/**
 * The paths that differ between a commit and `since`, or its first parent where that is not known; `all` when there is
 * nothing to compare it with.
 *
 * @throws GIT_FAILED, GIT_MISSING, MIRROR_BROKEN, or the reason of `signal`.
 */
export async function listChanges(
  mirror: Mirror,
  { oid, parent }: ComparedCommit,
  since: ChangesSince,
): Promise<readonly string[] | 'all'> {
  const { signal } = since
  const from = (await partingFrom(mirror, oid, since)) ?? (await known(mirror, since.before, signal)) ?? parent
  if (from === undefined) return 'all'
  const diff = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', from, oid, '--']
  const output = await runGit(['--git-dir', mirror.path, ...diff], { signal })
  return output
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '')
}

/** Where the commit and the branch parted; absent when they have nothing in common. */
async function partingFrom(mirror: Mirror, oid: string, { base, signal }: ChangesSince): Promise<string | undefined> {
  if (base === undefined) return undefined
  const tip = base.replace(/^refs\/heads\//, 'refs/narwhal/heads/')
  const argv = ['--git-dir', mirror.path, 'merge-base', '--end-of-options', tip, oid]
  try {
    return (await runGit(argv, { signal })).toString('latin1').trim() || undefined
  } catch (error) {
    if (isProblem(error, 'GIT_FAILED')) return undefined
    throw error
  }
}

async function known(mirror: Mirror, sha: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  if (sha === undefined || /^0+$/.test(sha)) return undefined
  const found = await mirror.find(sha, signal).catch((error: unknown) => {
    if (isProblem(error, 'COMMIT_NOT_FOUND')) return undefined
    throw error
  })
  return found?.oid
}
