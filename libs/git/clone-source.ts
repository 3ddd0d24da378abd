import { forgeHostOf, problem, type Repository, repositoryKey } from '@narwhal/protocol'
import { resolveCloneUrl } from './clone-url.ts'
import { findSshLogin, type GitLogin } from './git-login.ts'

/** How the operator lets repositories be cloned. */
export interface CloneRule {
  /** With `{owner}` and `{name}`; see `resolveCloneUrl`. */
  readonly cloneUrlTemplate: string
  readonly githubToken?: string | undefined
  /** Directory of deploy keys; see `findSshLogin`. */
  readonly sshKeys?: string | undefined
  /** Base URL of the API of the forge that knows the token. */
  readonly githubApiUrl: string
}

/**
 * Where to clone `repository` from. The host of the template must be that of the repository: the same owner and name
 * elsewhere are other code. A template that is a path or a file URL has no host, and stands for every one. The token
 * goes to the forge alone, and encrypted.
 *
 * @throws CLONE_URL_INVALID
 */
export function resolveCloneSource(
  repository: Repository,
  { cloneUrlTemplate, githubToken, githubApiUrl, sshKeys }: CloneRule,
): GitLogin & { readonly url: string } {
  const { url, protocol } = resolveCloneUrl(cloneUrlTemplate, repository)
  if (protocol === 'file') return { url }
  const { host, hostname } = new URL(url)
  if (!namesOf(host, hostname).includes(repository.host.toLowerCase())) throw ofAnotherHost(repository, host)
  const ssh = protocol === 'ssh' && sshKeys !== undefined ? findSshLogin(sshKeys, repository) : undefined
  if (ssh !== undefined) return { url, ssh }
  const isForge = protocol === 'https' && hostname === forgeHostOf(githubApiUrl)
  return isForge && githubToken !== undefined ? { url, token: githubToken } : { url }
}

/** A host with a port is also called as `repositoryOf` calls it. */
function namesOf(host: string, hostname: string): readonly string[] {
  return [hostname, host.replaceAll(/[^A-Za-z0-9_.-]+/g, '-')].map((name) => name.toLowerCase())
}

function ofAnotherHost(repository: Repository, host: string) {
  const key = repositoryKey(repository)
  return problem(
    'CLONE_URL_INVALID',
    `${key} is not cloned from ${host}, where NARWHAL_CLONE_URL_TEMPLATE leads: set that to where repositories of ${repository.host} are.`,
  )
}
