import { type GitLogin, resolveCloneSource } from '@narwhal/git'
import { isProblem, problem, type Repository, repositoryKey } from '@narwhal/protocol'
import type { UpConfig } from './up-config.ts'
import type { Watched } from './watched-repository.ts'

type CloneConfig = Pick<UpConfig, 'cloneUrlTemplate' | 'githubToken' | 'githubApiUrl'> &
  Partial<Pick<UpConfig, 'sshKeys'>>

/**
 * Where to clone repositories from: watched ones from where they are watched, those of the forge by the template.
 * The returned function throws CLONE_URL_INVALID for any other: nobody told us of it in this life.
 */
export function cloneSources(watched: readonly Watched[], config: CloneConfig) {
  const sources = new Map(
    watched.map(({ repository, url, token }) => [
      repositoryKey(repository),
      token === undefined ? { url } : { url, token },
    ]),
  )
  return (repository: Repository): GitLogin & { readonly url: string } =>
    sources.get(repositoryKey(repository)) ?? fromForge(repository, config)
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
