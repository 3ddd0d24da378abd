import { readFile } from 'node:fs/promises'
import { problem } from '@narwhal/protocol'
import type { RegistryLogin } from './engine.ts'

/**
 * The logins of a file as `docker login` writes it: `auths`, by the name of the registry. Programs that keep secrets
 * elsewhere (`credsStore`) are not asked.
 *
 * @throws DOCKER_CONFIG_INVALID
 */
export async function readRegistryLogins(path: string): Promise<Readonly<Record<string, RegistryLogin>>> {
  const config: unknown = await readFile(path, 'utf8')
    .then((text) => JSON.parse(text))
    .catch((cause: unknown) => {
      throw problem('DOCKER_CONFIG_INVALID', `${path} cannot be read as JSON`, { cause })
    })
  const auths = read(config, 'auths')
  if (typeof auths !== 'object' || auths === null) throw problem('DOCKER_CONFIG_INVALID', `${path} has no "auths"`)
  return Object.fromEntries(
    Object.entries(auths).flatMap(([registry, entry]) => {
      const login = loginOf(entry)
      return login === undefined ? [] : [[hostOf(registry), login]]
    }),
  )
}

function loginOf(entry: unknown): RegistryLogin | undefined {
  const [auth, username, password] = [read(entry, 'auth'), read(entry, 'username'), read(entry, 'password')]
  if (typeof username === 'string' && typeof password === 'string') return { username, password }
  if (typeof auth !== 'string') return undefined
  const [, user, secret] = /^([^:]+):([\s\S]*)$/.exec(Buffer.from(auth, 'base64').toString('utf8')) ?? []
  return user === undefined || secret === undefined ? undefined : { username: user, password: secret }
}

/** Old entries are URLs. */
function hostOf(registry: string): string {
  return registry.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
