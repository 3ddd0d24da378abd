import Docker from 'dockerode'
import type { AttemptNetwork, Engine, EngineDeps } from '../engine.ts'
import { adoptAttemptNetwork } from './adopt-attempt-network.ts'
import { openAttemptNetwork } from './attempt-network.ts'
import { dockerBuiltImages } from './built-images.ts'
import { openContainerEvents } from './container-events.ts'
import { textOf } from './engine-problem.ts'
import { openImages } from './images.ts'
import { openNetworks } from './networks.ts'
import { registryLogins } from './registry-logins.ts'
import { removeLeftovers } from './remove-leftovers.ts'

/** No answer for so long: the engine hangs. Starting a container on a busy machine takes seconds. */
const silenceMs = 120_000

/** Of the machine that the engine's socket is on; the names of the engines for what Node calls otherwise. */
const platform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`

export interface DockerAddress {
  /** Absolute. */
  readonly socketPath: string
  readonly isPodman: boolean
}

/** An engine that speaks Docker's API on a local socket. */
export function openDockerEngine(
  { socketPath, isPodman }: DockerAddress,
  { clock, log, registries }: EngineDeps,
): Engine {
  const local = { socketPath, host: undefined, protocol: 'http' } as const // whatever DOCKER_HOST says
  const docker = new Docker({ ...local, timeout: silenceMs })
  const streaming = new Docker(local)
  const events = openContainerEvents(streaming, { clock, log })
  const networks = openNetworks(docker, { clock, log })
  const logins = registryLogins(registries)
  const images = openImages(streaming, logins)
  const attempts = new Set<AttemptNetwork>()
  const deps = { docker, streaming, networks, events, images, logins, isPodman, clock, log }

  const onClosed = (closed: AttemptNetwork) => void attempts.delete(closed)
  const adoptNetwork: Engine['adoptNetwork'] = async (spec, options) => {
    const network = await adoptAttemptNetwork(spec, { ...deps, onClosed }, options)
    attempts.add(network)
    return network
  }

  return {
    usesWorkspace: true,
    platform,
    async readiness() {
      return docker.ping().then(
        () => 'ready' as const,
        (error: unknown) => `The container engine does not answer on ${socketPath}: ${textOf(error)}`,
      )
    },
    insidePaths: () => ({ workspacePath: '/workspace', spoolPath: '/narwhal' }),
    built: dockerBuiltImages(deps),
    provideImage: (image, { signal }) => images.provide(image, signal),
    expectContainer: networks.makeAhead,
    async openNetwork(spec, { signal }) {
      const network = await openAttemptNetwork(spec, { ...deps, onClosed }, signal)
      attempts.add(network)
      return network
    },
    ...(!isPodman && { adoptNetwork }),
    removeLeftovers: (runnerId, keep) => removeLeftovers(docker, { runnerId, keep, holds: networks.holds, clock, log }),
    async [Symbol.asyncDispose]() {
      await Promise.all([...attempts].map((network) => network[Symbol.asyncDispose]()))
      await networks[Symbol.asyncDispose]()
      await events[Symbol.asyncDispose]()
    },
  }
}
