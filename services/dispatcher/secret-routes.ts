import { type HttpServer, type RouteTokens, serveRoute } from '@narwhal/host'
import { listSecrets, problem, readSecrets, removeSecret, repositoryKey, setSecret } from '@narwhal/protocol'
import type { Change } from './changes.ts'
import { findRepository } from './find-repository.ts'
import { neededKey, type ReleaseSecretsDeps, releaseSecrets } from './release-secrets.ts'
import { sealSecret } from './seal-secret.ts'

/** Shorter ones cannot be masked in logs: they would be found everywhere. */
const shortest = 6

/** In bytes: several fit into the environment of a step. */
const longestBytes = 49_152

/** Secrets: set, list, remove; and their values for attempts. */
export function serveSecretRoutes(
  server: HttpServer,
  deps: ReleaseSecretsDeps & { readonly tokens: RouteTokens },
): void {
  const { changes, tokens, log, secretsKey } = deps
  serveRoute(server, readSecrets, {
    tokens: {},
    answer: async ({ params, token, reply }) => {
      reply.header('cache-control', 'no-store')
      return { secrets: await releaseSecrets(deps, { ...params, token }) }
    },
  })
  serveRoute(server, setSecret, {
    tokens,
    answer: async ({ body }) => {
      const key = neededKey(secretsKey)
      checkValue(body)
      const set = await changes.change((change) => putSecret(change, body, key))
      log.info(set, 'a secret was set')
    },
  })
  serveRoute(server, listSecrets, {
    tokens,
    answer: ({ query }) =>
      changes.change(async ({ tables }) => {
        const repository = repositoryKey(await findRepository(tables, query.repository))
        return { secrets: [...(await tables.secrets.list(repository))] }
      }),
  })
  serveRoute(server, removeSecret, {
    tokens,
    answer: async ({ query: { name, ...query } }) => {
      const repository = await changes.change(async ({ tables }) => {
        const key = repositoryKey(await findRepository(tables, query.repository))
        if (!(await tables.secrets.remove(key, name))) throw problem('SECRET_NOT_FOUND', `${key} has no secret ${name}`)
        return key
      })
      log.info({ repository, name }, 'a secret was removed')
    },
  })
}

interface SecretValue {
  readonly repository: string
  readonly name: string
  readonly value: string
}

function checkValue({ name, value }: SecretValue): void {
  const bytes = Buffer.byteLength(value)
  if (value.trim().length < shortest)
    throw problem('SECRET_INVALID', `${name} has less than ${shortest} characters: it could not be masked in logs`)
  if (bytes > longestBytes) throw problem('SECRET_INVALID', `${name} has ${bytes} bytes; ${longestBytes} is the most`)
}

async function putSecret({ tables, now }: Change, { name, value, repository: given }: SecretValue, key: Uint8Array) {
  const repository = repositoryKey(await findRepository(tables, given))
  const version = ((await tables.secrets.find(repository, name))?.version ?? 0) + 1
  const place = { repository, name, version }
  await tables.secrets.put({ ...place, ...sealSecret(value, place, key), changedAt: now })
  return place
}
