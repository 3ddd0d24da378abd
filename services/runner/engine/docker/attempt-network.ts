import type { NetworkAccess } from '@narwhal/pipeline'
import type { AdoptedNetwork, AttemptNetwork, ContainerSpec, NetworkSpec } from '../engine.ts'
import { adoptDockerContainer } from './adopt-docker-container.ts'
import { type FormerBridges, openAttemptBridges } from './attempt-bridges.ts'
import { buildImage } from './build-image.ts'
import type { ContainerPlace } from './container-profile.ts'
import type { DockerDeps } from './docker-deps.ts'
import { startDockerContainer } from './start-docker-container.ts'
import { startSidecar } from './start-sidecar.ts'
import { type WorkspaceOwner, workspaceOwner } from './workspace-owner.ts'

export interface AttemptNetworkDeps extends DockerDeps {
  readonly onClosed: (network: AttemptNetwork) => void
  /** What a former life of the runner has left of it. */
  readonly former?: FormerNetwork
}

/** What is in the network of an attempt that a former life of the runner opened. */
export interface FormerNetwork extends FormerBridges {
  /** Are removed with it. */
  readonly members: readonly AsyncDisposable[]
}

/** Opens the network of an attempt. Disposing removes who is still in it, then gives its bridges back. */
export async function openAttemptNetwork(
  spec: NetworkSpec,
  deps: AttemptNetworkDeps,
  signal: AbortSignal,
): Promise<AdoptedNetwork> {
  signal.throwIfAborted()
  const { runnerId, attemptId, access: widest } = spec
  const bridges = await openAttemptBridges(spec, deps)
  if (signal.aborted) {
    await bridges[Symbol.asyncDispose]()
    throw signal.reason
  }
  deps.networks.makeAhead(runnerId)
  const members = new Set<AsyncDisposable>(deps.former?.members)
  const owners = new Map<string, WorkspaceOwner>()

  const placeIn = async (access: NetworkAccess): Promise<ContainerPlace> => {
    return { runnerId, attemptId, network: await bridges.modeOf(access) }
  }
  const dispose = async (): Promise<void> => {
    await Promise.all([...members].map((member) => member[Symbol.asyncDispose]()))
    await bridges[Symbol.asyncDispose]()
    deps.onClosed(network)
  }
  let disposing: Promise<void> | undefined

  const ownerOf = ({ workspacePath }: ContainerSpec): WorkspaceOwner => {
    const workspace = owners.get(workspacePath) ?? workspaceOwner()
    owners.set(workspacePath, workspace)
    return workspace
  }

  const network: AdoptedNetwork = {
    async startContainer(container, { signal }) {
      signal.throwIfAborted()
      const place = await placeIn(container.access ?? widest)
      const workspace = ownerOf(container)
      return held(members, await startDockerContainer(container, { ...deps, place, workspace, signal }))
    },
    async adoptContainer(id, container) {
      const workspace = ownerOf(container)
      const place = { runnerId, attemptId, network: '' } // it is in one
      return held(members, await adoptDockerContainer(id, container, { ...deps, place, workspace, signal }))
    },
    async startSidecar(sidecar, { signal }) {
      signal.throwIfAborted()
      const place = await placeIn(widest)
      return held(members, await startSidecar(sidecar, { ...deps, place, bridges, signal }))
    },
    async buildImage(build, { signal }) {
      signal.throwIfAborted()
      return buildImage(build, { ...deps, network: await bridges.modeOf(widest), signal })
    },
    [Symbol.asyncDispose]: () => (disposing ??= dispose()),
  }
  return network
}

/** `member`, among `members` until it is disposed. */
function held<T extends AsyncDisposable>(members: Set<AsyncDisposable>, member: T): T {
  let disposing: Promise<void> | undefined
  const dispose = async (): Promise<void> => {
    await member[Symbol.asyncDispose]()
    members.delete(kept)
  }
  const kept: T = { ...member, [Symbol.asyncDispose]: () => (disposing ??= dispose()) }
  members.add(kept)
  return kept
}
