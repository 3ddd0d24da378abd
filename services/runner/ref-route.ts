import { type CommitSource, lookAtHeads } from '@narwhal/git'
import { type HttpServer, serveRoute } from '@narwhal/host'
import { isProblem, problem, type Repository, repositoryKey, resolveRef } from '@narwhal/protocol'

export interface RefRouteDeps {
  readonly runnerToken: string
  /** Where a repository is fetched from. */
  readonly cloneSource: (repository: Repository) => Omit<CommitSource, 'repository'>
}

/** Tells the dispatcher, which has no git, the sha that a ref has now. */
export function serveRefs(server: HttpServer, { runnerToken, cloneSource }: RefRouteDeps): void {
  serveRoute(server, resolveRef, {
    tokens: { runner: runnerToken },
    answer: async ({ body: { repository, ref }, reply }) => {
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort()) // nobody waits for the answer any more
      const { refs } = await lookAtHeads(cloneSource(repository), { signal: gone.signal }).catch((error: unknown) => {
        throw fetchFailed(repository, error)
      })
      const tip = refs.find((one) => one.ref === ref)
      if (tip === undefined) throw problem('REF_UNKNOWN', `${repositoryKey(repository)} has no ref ${ref}`)
      return { sha: tip.sha }
    },
  })
}

function fetchFailed(repository: Repository, error: unknown): unknown {
  if (!isProblem(error, 'GIT_FAILED')) return error
  return problem('FETCH_FAILED', `${repositoryKey(repository)} cannot be looked at: ${error.message}`, { cause: error })
}
