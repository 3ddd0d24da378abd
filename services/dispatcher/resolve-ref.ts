import type { HttpClient } from '@narwhal/host'
import { isProblem, problem, type Repository, resolveRef } from '@narwhal/protocol'
import type { Changes } from './changes.ts'
import type { Presence } from './presence.ts'

export interface ResolveRefDeps {
  readonly changes: Changes
  readonly presence: Presence
  readonly client: HttpClient
  readonly runnerToken: string
}

/**
 * The sha that a ref has now. A runner looks it up, since the dispatcher has no git; one that cannot be reached leaves it to
 * the next.
 *
 * @throws {ProblemError} REF_UNKNOWN, FETCH_FAILED, NO_RUNNER.
 */
export async function shaOfRef(deps: ResolveRefDeps, repository: Repository, ref: string): Promise<string> {
  const { changes, presence, client, runnerToken: token } = deps
  const runners = await changes.change(({ tables }) => tables.runners.list())
  for (const { id, url: baseUrl } of runners) {
    if (presence.isSilent(id)) continue
    try {
      const { sha } = await client.call(resolveRef, { baseUrl, token, body: { repository, ref }, timeoutMs: 30_000 })
      return sha
    } catch (error) {
      if (!isProblem(error, 'UNREACHABLE')) throw error
    }
  }
  throw problem('NO_RUNNER', 'a runner is needed to look the ref up, and none is online')
}
