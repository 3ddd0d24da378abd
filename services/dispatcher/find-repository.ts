import { problem, Repository, type Repository as RepositoryNoun } from '@narwhal/protocol'
import type { StoreTables } from '@narwhal/store'
import { Compile } from 'typebox/compile'

const schema = Compile(Repository)

/**
 * The repository that a person names: `host/owner/name`, or `owner/name` of one that has builds.
 *
 * @throws {ProblemError} REPOSITORY_UNKNOWN; BAD_REQUEST when several hosts have one of that name.
 */
export async function findRepository(tables: StoreTables, name: string): Promise<RepositoryNoun> {
  return parseKey(await keyOf(tables, name))
}

async function keyOf(tables: StoreTables, name: string): Promise<string> {
  if (name.split('/').length === 3) return name
  const [found, ...others] = await tables.builds.findRepositories(name)
  if (found === undefined) throw problem('REPOSITORY_UNKNOWN', `${name} has no build yet`)
  if (others.length > 0) throw problem('BAD_REQUEST', `say which one: ${[found, ...others].join(', ')}`)
  return found
}

function parseKey(key: string): RepositoryNoun {
  const [host, owner, name] = key.split('/')
  const parsed: unknown = { host, owner, name }
  if (!schema.Check(parsed)) throw problem('REPOSITORY_UNKNOWN', `"${key}" is no host/owner/name`)
  return parsed
}
