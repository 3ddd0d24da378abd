import Docker from 'dockerode'
import type { Container, Engine, EngineDeps } from '../engine.ts'
import { openContainerEvents } from './container-events.ts'
import { textOf } from './engine-problem.ts'
import { openImages } from './images.ts'
import { removeLeftovers } from './remove-leftovers.ts'
import { openNetworks } from './networks.ts'
import { startDockerContainer } from './start-docker-container.ts'

/** No answer for so long: the engine hangs. Starting a container on a busy machine takes seconds. */
const silenceMs = 120_000

/** An engine that speaks Docker's API on a local socket. */
export function openDockerEngine(socketPath: string, { clock, log }: EngineDeps): Engine {
  const local = { socketPath, host: undefined, protocol: 'http' } as const // whatever DOCKER_HOST says
  const docker = new Docker({ ...local, timeout: silenceMs })
  const streaming = new Docker(local)
  const events = openContainerEvents(streaming, { clock, log })
  const networks = openNetworks(docker, { clock, log })
  const images = openImages(streaming)
  const containers = new Set<Container>()
  const deps = { docker, networks, events, userOf: images.userOf, clock, log }

  return {
    usesWorkspace: true,
    async readiness() {
      return docker.ping().then(
        () => 'ready' as const,
        (error: unknown) => `The container engine does not answer on ${socketPath}: ${textOf(error)}`,
      )
    },
    provideImage: (image, { signal }) => images.provide(image, signal),
    async startContainer(spec, { signal }) {
      const container = await startDockerContainer(spec, deps, signal)
      let disposing: Promise<void> | undefined
      const dispose = async () => {
        await container[Symbol.asyncDispose]()
        containers.delete(held)
      }
      const held: Container = { ...container, [Symbol.asyncDispose]: () => (disposing ??= dispose()) }
      containers.add(held)
      return held
    },
    expectContainer: networks.makeAhead,
    removeLeftovers: (runnerId, keep) => removeLeftovers(docker, { runnerId, keep, holds: networks.holds, clock, log }),
    async [Symbol.asyncDispose]() {
      await Promise.all([...containers].map((container) => container[Symbol.asyncDispose]()))
      await networks[Symbol.asyncDispose]()
      await events[Symbol.asyncDispose]()
    },
  }
}
