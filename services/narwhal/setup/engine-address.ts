import type { Environment } from '@narwhal/host'
import { problem } from '@narwhal/protocol'

/** Where an engine listens: a socket file of this machine. Fits the options of `http.request`. */
export interface EngineAddress {
  readonly socketPath: string
}

/**
 * The address that DOCKER_HOST names, else the default socket.
 *
 * @throws {ProblemError} ENGINE_MISSING when DOCKER_HOST is not `unix://` with a path: no other engine is supported.
 */
export function engineAddress(env: Environment): EngineAddress {
  const name = env.DOCKER_HOST ?? ''
  if (name === '') return { socketPath: '/var/run/docker.sock' }
  const socketPath = /^unix:\/\/(\/.+)$/.exec(name)?.[1]
  if (socketPath !== undefined) return { socketPath }
  throw problem(
    'ENGINE_MISSING',
    `DOCKER_HOST is ${name}, which is not supported: containers share directories with Narwhal, so their engine must run on this machine. Set it to unix:///path/to/docker.sock, or unset it.`,
  )
}
