import { type Commit, problem, repositoryKey } from '@narwhal/protocol'
import type { StoreTables } from '@narwhal/store'
import { findRepository } from './find-repository.ts'
import { type ResolveRefDeps, shaOfRef } from './resolve-ref.ts'

export interface BuildRequest {
  /** `owner/name` of a repository that has builds, or `host/owner/name`. */
  readonly repository: string
  readonly ref?: string
  readonly sha?: string
  /** `manual` unless given. */
  readonly trigger?: Commit['trigger']
  /** Of a manual build. */
  readonly inputs?: Readonly<Record<string, string>>
}

/**
 * The commit that a person asks for: a ref at the sha it has now, or a sha under the ref that it was built for before, or
 * else under the branch that was built last.
 *
 * @throws {ProblemError} REPOSITORY_UNKNOWN, REF_UNKNOWN, FETCH_FAILED, NO_RUNNER, BAD_REQUEST.
 */
export async function findCommit(deps: ResolveRefDeps, request: BuildRequest): Promise<Commit> {
  const { repository: name, sha, trigger = 'manual', inputs } = request
  if (request.ref === undefined && sha === undefined) throw problem('BAD_REQUEST', 'give a ref, a sha, or both')
  const { repository, last } = await deps.changes.change(async ({ tables }) => {
    const found = await findRepository(tables, name)
    return { repository: found, last: await lastCommit(tables, repositoryKey(found), sha) }
  })
  const ref = request.ref ?? last?.ref ?? 'refs/heads/main'
  const commit: Commit = {
    repository,
    ref,
    sha: sha ?? (await shaOfRef(deps, repository, ref)),
    trigger,
    ...(inputs === undefined ? {} : { inputs }),
  }
  // Whoever asks for a build may not know who wrote the commit: what a fork proposed stays untrusted.
  return last?.sha === commit.sha && last.trust === 'untrusted' ? { ...commit, trust: 'untrusted' } : commit
}

async function lastCommit(tables: StoreTables, repository: string, sha?: string): Promise<Commit | undefined> {
  const [same] = sha === undefined ? [] : await tables.builds.list({ repository, sha, limit: 1 })
  if (same !== undefined) return same.commit
  const last = await tables.builds.list({ repository, limit: 20 })
  return last.find(({ commit }) => commit.ref.startsWith('refs/heads/'))?.commit
}
