import type { Clock } from '@narwhal/host'
import { type ProblemError, problem } from '@narwhal/protocol'
import type { AttemptNetwork, ContainerSpec, NetworkSpec } from '../engine.ts'
import { startHostContainer } from './host-container.ts'

export interface HostNetworkDeps {
  readonly path: string
  readonly clock: Clock
  /** What lives, with the spec of its network. */
  readonly living: Map<AsyncDisposable, NetworkSpec>
}

/** The network of the machine: there is no other. What needs one of its own, or a container, is refused. */
export function hostNetwork(network: NetworkSpec, { path, clock, living }: HostNetworkDeps): AttemptNetwork {
  return {
    async startContainer(spec, { signal }) {
      signal.throwIfAborted()
      refuseWhatNeedsContainers(spec, network)
      const onDispose = () => living.delete(container)
      const container = await startHostContainer(spec, { network, path, clock, onDispose })
      living.set(container, network)
      return container
    },
    async startSidecar({ host }) {
      throw unsupported(`Sidecars (\`services: ${host}\`)`)
    },
    async buildImage() {
      throw unsupported('Building images')
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** Memory and its like are not limited; whoever chose this engine trusts the repository. What protects others is refused. */
function refuseWhatNeedsContainers({ access, user, privileged }: ContainerSpec, network: NetworkSpec): void {
  if ((access ?? network.access) !== 'outbound') throw unsupported(`\`network: ${access ?? network.access}\``)
  if (user !== undefined) throw unsupported(`\`user: ${user}\``)
  if (privileged === true) throw unsupported('`privileged`')
}

function unsupported(what: string): ProblemError {
  return problem(
    'HOST_ENGINE_UNSUPPORTED',
    `${what} needs a container engine, and this runner has NARWHAL_ENGINE=host:.`,
  )
}
