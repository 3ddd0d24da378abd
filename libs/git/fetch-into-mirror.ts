import { isProblem, problem, type Repository, repositoryKey } from '@narwhal/protocol'
import { checkCloneUrl } from './clone-url.ts'
import { diskFullOr } from './disk-full.ts'
import { type GitLogin, loginOf } from './git-login.ts'
import { lookAtHeads } from './look-at-heads.ts'
import type { Mirror } from './mirror.ts'
import { removeLeftovers } from './mirror-directory.ts'
import { runGit } from './run-git.ts'

/** Where a repository is fetched from. The URL is the operator's, never a message's. */
export interface CommitSource extends GitLogin {
  readonly repository: Repository
  readonly url: string
}

/** Waiting is all that this lib needs of a clock. */
export interface FetchClock {
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

interface FetchOptions {
  readonly clock: FetchClock
  readonly signal: AbortSignal
}

const waitsMs = [200, 500, 1000, 2000]
const failuresBeforeRemake = 2

/**
 * Fetches every branch and tag into the mirror; tried again after 0.2, 0.5, 1 and 2 s.
 *
 * @throws FETCH_FAILED with what git said, DISK_FULL, GIT_MISSING, or the reason of `signal`.
 */
export async function fetchHeads(mirror: Mirror, source: CommitSource, { clock, signal }: FetchOptions): Promise<void> {
  const refspecs = ['+refs/heads/*:refs/narwhal/heads/*', '+refs/tags/*:refs/narwhal/tags/*']
  for (let failures = 1; ; failures += 1) {
    try {
      return await fetchRefs(mirror, source, { refspecs, signal })
    } catch (error) {
      if (!isProblem(error, 'GIT_FAILED')) throw error
      const waitMs = waitsMs[failures - 1]
      if (waitMs === undefined) throw fetchFailed(source, error)
      await clock.sleep(waitMs, signal)
      // The repository answers, but cannot be fetched: the fault may be in the mirror.
      if (failures === failuresBeforeRemake && (await answers(source, signal))) await mirror.remake(signal)
    }
  }
}

/**
 * Fetches one commit that no branch or tag led to.
 *
 * @throws COMMIT_NOT_FOUND, DISK_FULL, GIT_MISSING, or the reason of `signal`.
 */
export async function fetchSha(mirror: Mirror, source: CommitSource & { sha: string }, signal: AbortSignal) {
  const { repository, sha } = source
  try {
    await fetchRefs(mirror, source, { refspecs: [`+${sha}:refs/narwhal/commits/${sha}`], signal })
  } catch (error) {
    if (!isProblem(error, 'GIT_FAILED')) throw error
    throw problem('COMMIT_NOT_FOUND', `${repositoryKey(repository)} has no commit ${sha}`, { cause: error })
  }
}

async function fetchRefs(
  mirror: Mirror,
  source: CommitSource,
  { refspecs, signal }: { refspecs: readonly string[]; signal: AbortSignal },
): Promise<void> {
  const { url, protocol } = checkCloneUrl(source.url)
  // Pruning lets a branch `a` give way to a branch `a/b`. No object goes with it.
  const fetch = ['fetch', '--quiet', '--prune', '--no-tags', '--no-write-fetch-head', '--no-show-forced-updates']
  try {
    await runGit(['--git-dir', mirror.path, ...fetch, '--', url, ...refspecs], { ...loginOf(source), protocol, signal })
  } catch (error) {
    const cause = await diskFullOr(error, mirror.place.root)
    await removeLeftovers(mirror.path) // a git that was ended leaves half a pack, also when the disk is full
    throw cause
  }
}

async function answers(source: CommitSource, signal: AbortSignal): Promise<boolean> {
  try {
    await lookAtHeads(source, { signal })
    return true
  } catch (error) {
    if (isProblem(error, 'GIT_FAILED')) return false
    throw error
  }
}

function fetchFailed({ repository, url }: CommitSource, cause: unknown) {
  const times = waitsMs.length + 1
  const said = isProblem(cause) ? cause.message : ''
  const detail = `${repositoryKey(repository)} could not be fetched from ${url} (tried ${times} times). ${said}`
  return problem('FETCH_FAILED', detail, { cause })
}
