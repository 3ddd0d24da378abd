import { Ref } from '@narwhal/protocol'
import { checkCloneUrl } from './clone-url.ts'
import { fitsSchema } from './fits-schema.ts'
import { type GitLogin, loginOf } from './git-login.ts'
import { runGit } from './run-git.ts'

/** A ref and the full name of the commit at its tip. */
export interface RefTip {
  readonly ref: string
  readonly sha: string
}

/** The tips of a repository. `head` is the branch that HEAD names; absent while the repository is empty. */
export interface Heads {
  readonly head?: RefTip
  readonly refs: readonly RefTip[]
}

/**
 * Asks a repository for its branches and tags, without fetching. An annotated tag has the commit that it names.
 * Refs with a name that Narwhal does not take are left out.
 *
 * @throws CLONE_URL_INVALID, GIT_FAILED, GIT_MISSING, or the reason of `signal`.
 */
export async function lookAtHeads(
  source: GitLogin & { readonly url: string },
  { signal }: { readonly signal: AbortSignal },
): Promise<Heads> {
  const { url, protocol } = checkCloneUrl(source.url)
  const argv = ['ls-remote', '--quiet', '--symref', '--', url, 'HEAD', 'refs/heads/*', 'refs/tags/*']
  const output = await runGit(argv, { ...loginOf(source), protocol, signal, timeoutMs: 60_000 })
  return parseHeads(output.toString('utf8'))
}

function parseHeads(output: string): Heads {
  const tips = new Map<string, string>()
  let headRef: string | undefined
  for (const line of output.split('\n')) {
    const [left = '', name = ''] = line.split('\t')
    if (name === 'HEAD' && left.startsWith('ref: ')) headRef = left.slice('ref: '.length)
    const ref = name.replace(/\^\{\}$/, '') // `refs/tags/v1^{}` follows `refs/tags/v1` and names the commit
    if (fitsSchema(Ref, ref)) tips.set(ref, left)
  }
  const refs = [...tips].map(([ref, sha]) => ({ ref, sha }))
  const head = refs.find(({ ref }) => ref === headRef)
  return head === undefined ? { refs } : { head, refs }
}
