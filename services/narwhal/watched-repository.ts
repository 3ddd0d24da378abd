import { resolve } from 'node:path'
import { checkCloneUrl, type Heads, lookAtHeads, repositoryOf } from '@narwhal/git'
import { forgeHostOf, problem, type Repository } from '@narwhal/protocol'
import type { UpConfig } from './up-config.ts'

/** A repository to look at again and again: a path on this machine, or a URL. */
export interface Watched {
  readonly repository: Repository
  readonly url: string
  readonly token?: string
}

type Access = Pick<UpConfig, 'githubToken' | 'githubApiUrl'>

/** How the demo is called, wherever its data is. */
export const demoRepository: Repository = { host: 'local', owner: 'narwhal', name: 'demo' }

/**
 * The repository that a person wants to have watched. The GitHub token goes to the host of the forge alone.
 *
 * @throws {ProblemError} CLONE_URL_INVALID
 */
export function watchedRepository(pathOrUrl: string, { githubToken, githubApiUrl }: Access): Watched {
  const repository = repositoryOf(pathOrUrl)
  const { url, protocol } = checkCloneUrl(/^[^/.][^/]*:/.test(pathOrUrl) ? pathOrUrl : resolve(pathOrUrl))
  const isForge = protocol === 'https' && new URL(url).host === forgeHostOf(githubApiUrl)
  return { repository, url, ...(isForge && githubToken !== undefined ? { token: githubToken } : {}) }
}

/** A first look, so that a wrong path is told at once. @throws {ProblemError} WATCH_FAILED */
export async function lookOnce(pathOrUrl: string, watched: Watched, signal: AbortSignal): Promise<Heads> {
  try {
    return await lookAtHeads(watched, { signal })
  } catch (cause) {
    signal.throwIfAborted()
    const why = cause instanceof Error ? cause.message : String(cause)
    throw problem('WATCH_FAILED', `${pathOrUrl}: ${why}`, { cause })
  }
}
