import type { Commit } from '@narwhal/protocol'

/** The name of the branch that a commit was built for; empty for others, and for strangers, who choose names freely. */
export function branchOf({ ref, trust }: Commit): string {
  return trust === 'untrusted' ? '' : shortRef(ref, 'refs/heads/')
}

/** The name of the tag that a commit was built for; empty for others, and for strangers. */
export function tagOf({ ref, trust }: Commit): string {
  return trust === 'untrusted' ? '' : shortRef(ref, 'refs/tags/')
}

/** The name behind `prefix`; empty when the ref is of another kind. */
export function shortRef(ref: string, prefix: string): string {
  return ref.startsWith(prefix) ? ref.slice(prefix.length) : ''
}
