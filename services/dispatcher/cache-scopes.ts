import type { Commit } from '@narwhal/protocol'
import type { CachePlace } from '@narwhal/store'

// 1. What an untrusted commit writes is read by untrusted commits of the same ref alone.
// 2. What every branch reads is written by trusted commits of a branch: no pull request, no tag.

/** Part of a repository's cache entries. */
export type CacheScope = Pick<CachePlace, 'trust' | 'scope'>

/** As narwhal.yml says it: for the branch and those that come from it, or for every branch. */
export type WantedScope = 'branch' | 'repository'

const shared: CacheScope = { trust: 'trusted', scope: 'repository' }

/** Where the entries that a commit may read are, the nearest first. */
export function readScopes(commit: Commit, wanted: WantedScope): readonly CacheScope[] {
  const { base, trust } = commit
  if (wanted === 'repository' && mayShare(commit)) return [shared]
  const nearest = base === undefined || trust === 'untrusted' ? [] : [{ trust: 'trusted', scope: base } as const]
  return [ownScope(commit), ...nearest, shared]
}

/** Where a commit writes. */
export function writeScope(commit: Commit, wanted: WantedScope): CacheScope {
  return wanted === 'repository' && mayShare(commit) ? shared : ownScope(commit)
}

function ownScope({ ref, trust }: Commit): CacheScope {
  return trust === 'untrusted' ? { trust, scope: `untrusted:${ref}` } : { trust: 'trusted', scope: ref }
}

function mayShare({ ref, trigger, trust }: Commit): boolean {
  return trust !== 'untrusted' && trigger !== 'pull_request' && ref.startsWith('refs/heads/')
}
