import type { EngineDeps, RegistryLogin } from '../engine.ts'

/** How the engine is told who we are. */
export interface Login extends RegistryLogin {
  readonly serveraddress: string
}

/** Who we are at registries. */
export interface Logins {
  /** At the registry of an image. */
  of(image: string): Login | undefined
  /** At every registry: a build may begin from any image. */
  readonly all: Readonly<Record<string, Login>>
}

/** The registry of images whose names begin with none, and under which names logins for it are kept. */
const hub = 'docker.io'
const hubNames = [hub, 'index.docker.io', 'registry-1.docker.io', 'https://index.docker.io/v1/']

/** See `Logins`. */
export function registryLogins(registries: EngineDeps['registries'] = {}): Logins {
  const loginAt = (registry: string): Login | undefined => {
    const names = registry === hub ? hubNames : [registry, `https://${registry}`, `http://${registry}`]
    const name = names.find((each) => Object.hasOwn(registries, each))
    const login = name === undefined ? undefined : registries[name]
    return login && { username: login.username, password: login.password, serveraddress: addressOf(registry) }
  }
  const all = Object.entries(registries).map(([name, login]) => {
    const address = addressOf(hubNames.includes(name) ? hub : name)
    return [address, { username: login.username, password: login.password, serveraddress: address }] as const
  })
  return { of: (image) => loginAt(registryOf(image)), all: Object.fromEntries(all) }
}

/** The host (and port) at which an image is, as its name says. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : hub
}

function addressOf(registry: string): string {
  return registry === hub ? 'https://index.docker.io/v1/' : registry
}
