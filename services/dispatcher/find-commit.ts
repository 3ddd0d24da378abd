import type { HttpClient } from '@narwhal/host'
import { type Commit, problem, Repository, type Repository as RepositoryNoun, resolveRef } from '@narwhal/protocol'
import type { BuildRecord, RunnerRecord } from '@narwhal/store'
import { Compile } from 'typebox/compile'
import type { Changes } from './changes.ts'
import type { Presence } from './presence.ts'

export interface BuildRequest {
  /** `owner/name` of a repository that has builds, or `host/owner/name`. */
  readonly repository: string
  readonly ref?: string
  readonly sha?: string
}

export interface FindCommitDeps {
  readonly changes: Changes
  readonly presence: Presence
  readonly client: HttpClient
  readonly runnerToken: string
}

const repository = Compile(Repository)

/**
 * The commit that a person asks for. A ref without a sha is resolved by a runner, since the dispatcher has no git.
 *
 * @throws {ProblemError} REPOSITORY_UNKNOWN, REF_UNKNOWN, FETCH_FAILED, NO_RUNNER, BAD_REQUEST.
 */
export async function findCommit(deps: FindCommitDeps, request: BuildRequest): Promise<Commit> {
  if (request.ref === undefined && request.sha === undefined) throw problem('BAD_REQUEST', 'give a ref, a sha, or both')
  const newest = await newestBuild(deps.changes, request)
  const of = newest?.commit.repository ?? parseRepository(request.repository)
  const ref = request.ref ?? newest?.commit.ref ?? 'refs/heads/main'
  const sha = request.sha ?? (await shaOf(deps, of, ref))
  return { repository: of, ref, sha, trigger: 'manual' }
}

/** A build of that very commit, or any build of the repository. */
async function newestBuild(
  changes: Changes,
  { repository: name, sha }: BuildRequest,
): Promise<BuildRecord | undefined> {
  return changes.change(async ({ tables }) => {
    const [same] = sha === undefined ? [] : await tables.builds.list({ repository: name, sha, limit: 1 })
    const [any] = same === undefined ? await tables.builds.list({ repository: name, limit: 1 }) : [same]
    return any
  })
}

function parseRepository(text: string): RepositoryNoun {
  const [host, owner, name, ...rest] = text.split('/')
  const parsed: unknown = { host, owner, name }
  if (rest.length > 0 || !repository.Check(parsed)) throw problem('REPOSITORY_UNKNOWN', `${text} has no build yet`)
  return parsed
}

async function shaOf(
  { changes, presence, client, runnerToken }: FindCommitDeps,
  of: RepositoryNoun,
  ref: string,
): Promise<string> {
  const runners = await changes.change(({ tables }) => tables.runners.list())
  const online: RunnerRecord | undefined = runners.find(({ id }) => !presence.isSilent(id))
  if (online === undefined) throw problem('NO_RUNNER', 'a runner is needed to look the ref up, and none is online')
  const body = { repository: of, ref }
  const { sha } = await client.call(resolveRef, { baseUrl: online.url, token: runnerToken, body, timeoutMs: 30_000 })
  return sha
}
