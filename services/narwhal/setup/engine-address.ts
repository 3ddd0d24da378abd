import type { Environment } from '@narwhal/host'
import { problem } from '@narwhal/protocol'

/** Where an engine listens: a socket file, or a host and port. Fits the options of `http.request`. */
export type EngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number }

/**
 * The address that DOCKER_HOST names, else the default socket.
 *
 * @throws {ProblemError} ENGINE_MISSING when DOCKER_HOST is neither `unix://` nor `tcp://`.
 */
export function engineAddress(env: Environment): EngineAddress {
  const name = env.DOCKER_HOST ?? ''
  if (name === '') return { socketPath: '/var/run/docker.sock' }
  if (name.startsWith('unix://')) return { socketPath: name.slice('unix://'.length) }
  const url = URL.parse(name)
  if (url?.protocol === 'tcp:' && url.hostname !== '') return { host: url.hostname, port: Number(url.port || 2375) }
  throw problem(
    'ENGINE_MISSING',
    `DOCKER_HOST is ${name}; Narwhal takes unix:///path/to/docker.sock or tcp://host:port.`,
  )
}
