import { type Commit, problem, Repository, type Repository as RepositoryNoun } from '@narwhal/protocol'
import type { StoreTables } from '@narwhal/store'
import { Compile } from 'typebox/compile'
import { type ResolveRefDeps, shaOfRef } from './resolve-ref.ts'

export interface BuildRequest {
  /** `owner/name` of a repository that has builds, or `host/owner/name`. */
  readonly repository: string
  readonly ref?: string
  readonly sha?: string
}

const repositorySchema = Compile(Repository)

/**
 * The commit that a person asks for: a ref at the sha it has now, or a sha under the ref that it was built for before, or
 * else under the branch that was built last.
 *
 * @throws {ProblemError} REPOSITORY_UNKNOWN, REF_UNKNOWN, FETCH_FAILED, NO_RUNNER, BAD_REQUEST.
 */
export async function findCommit(deps: ResolveRefDeps, request: BuildRequest): Promise<Commit> {
  const { repository: name, sha } = request
  if (request.ref === undefined && sha === undefined) throw problem('BAD_REQUEST', 'give a ref, a sha, or both')
  const { repository, lastRef } = await deps.changes.change(async ({ tables }) => {
    const key = await repositoryKeyOf(tables, name)
    return { repository: parseRepository(key), lastRef: await refOfLastBuild(tables, key, sha) }
  })
  const ref = request.ref ?? lastRef ?? 'refs/heads/main'
  return { repository, ref, sha: sha ?? (await shaOfRef(deps, repository, ref)), trigger: 'manual' }
}

/** `host/owner/name` of what was given; a name without a host must be that of one repository with builds. */
async function repositoryKeyOf(tables: StoreTables, name: string): Promise<string> {
  if (name.split('/').length === 3) return name
  const [found, ...others] = await tables.builds.findRepositories(name)
  if (found === undefined) throw problem('REPOSITORY_UNKNOWN', `${name} has no build yet`)
  if (others.length > 0) throw problem('BAD_REQUEST', `say which one: ${[found, ...others].join(', ')}`)
  return found
}

function parseRepository(key: string): RepositoryNoun {
  const [host, owner, name] = key.split('/')
  const parsed: unknown = { host, owner, name }
  if (!repositorySchema.Check(parsed)) throw problem('REPOSITORY_UNKNOWN', `"${key}" is no host/owner/name`)
  return parsed
}

async function refOfLastBuild(tables: StoreTables, repository: string, sha?: string): Promise<string | undefined> {
  const [same] = sha === undefined ? [] : await tables.builds.list({ repository, sha, limit: 1 })
  if (same !== undefined) return same.commit.ref
  const last = await tables.builds.list({ repository, limit: 20 })
  return last.find(({ commit }) => commit.ref.startsWith('refs/heads/'))?.commit.ref
}
