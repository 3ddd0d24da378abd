import { resolveCloneUrl } from '@narwhal/git'
import { forgeHostOf, problem, type Repository, repositoryKey } from '@narwhal/protocol'
import type { UpConfig } from './up-config.ts'
import type { Watched } from './watched-repository.ts'

type CloneConfig = Pick<UpConfig, 'cloneUrlTemplate' | 'githubToken' | 'githubApiUrl'>

/**
 * Where to clone repositories from: watched ones from where they are watched, those of the forge by the template.
 * The returned function throws CLONE_URL_INVALID for any other: nobody told us of it in this life.
 */
export function cloneSources(watched: readonly Watched[], config: CloneConfig) {
  const sources = new Map(watched.map(({ repository, url, token }) => [repositoryKey(repository), { url, token }]))
  return (repository: Repository): { readonly url: string; readonly token?: string } => {
    const known = sources.get(repositoryKey(repository))
    const { url, token } = known ?? fromForge(repository, config)
    return token === undefined ? { url } : { url, token }
  }
}

function fromForge(repository: Repository, { cloneUrlTemplate, githubToken, githubApiUrl }: CloneConfig) {
  if (repository.host !== forgeHostOf(githubApiUrl))
    throw problem(
      'CLONE_URL_INVALID',
      `${repositoryKey(repository)} is not watched now: start with --watch to build it`,
    )
  return { url: resolveCloneUrl(cloneUrlTemplate, repository).url, token: githubToken }
}
