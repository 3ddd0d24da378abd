import { resolveCloneSource } from '@narwhal/git'
import { isProblem, problem, type Repository, repositoryKey } from '@narwhal/protocol'
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

/** @throws CLONE_URL_INVALID */
function fromForge(repository: Repository, config: CloneConfig): ReturnType<typeof resolveCloneSource> {
  try {
    return resolveCloneSource(repository, config)
  } catch (cause) {
    if (!isProblem(cause, 'CLONE_URL_INVALID')) throw cause
    const detail = `${repositoryKey(repository)} is not watched now: start with --watch to build it. ${cause.message}`
    throw problem('CLONE_URL_INVALID', detail, { cause })
  }
}
