import type Docker from 'dockerode'
import type { AdoptedNetwork, AdoptOptions, NetworkSpec } from '../engine.ts'
import { type AttemptNetworkDeps, type FormerNetwork, openAttemptNetwork } from './attempt-network.ts'
import { engineProblem } from './engine-problem.ts'
import { attemptLabel, runnerLabel } from './labels.ts'
import { ownedContainer } from './owned-container.ts'

/** Takes over what a former life of the runner left running of an attempt. See `Engine.adoptNetwork`. */
export async function adoptAttemptNetwork(
  spec: NetworkSpec,
  deps: AttemptNetworkDeps,
  { containers, signal }: AdoptOptions,
): Promise<AdoptedNetwork> {
  const found = await listContainers(spec, deps.docker)
  const own = ({ Id }: Docker.ContainerInfo) => {
    const place = { runnerId: spec.runnerId, attemptId: spec.attemptId, network: '' }
    return ownedContainer(deps.docker.getContainer(Id), { ...deps, place })
  }
  const unknown = found.filter((one) => isForSteps(one) && !containers.includes(one.Id))
  await Promise.all(unknown.map((one) => own(one)[Symbol.asyncDispose]()))

  const kept = found.filter((one) => !unknown.includes(one))
  const former: FormerNetwork = {
    bridges: await bridgesOf(kept, spec, deps),
    sidecars: await Promise.all(kept.filter((one) => !isForSteps(one)).map((one) => namedSidecar(one, deps.docker))),
    members: kept.map(own),
  }
  return openAttemptNetwork(spec, { ...deps, former }, signal)
}

async function listContainers({ runnerId, attemptId }: NetworkSpec, docker: Docker): Promise<Docker.ContainerInfo[]> {
  const filters = { label: [`${runnerLabel}=${runnerId}`, `${attemptLabel}=${attemptId}`] }
  return docker.listContainers({ all: true, filters }).catch((error: unknown) => {
    throw engineProblem(error, 'The containers of a former life cannot be found')
  })
}

/** Sidecars see nothing of the attempt's directories. */
function isForSteps({ Mounts }: Docker.ContainerInfo): boolean {
  return Mounts.some(({ Destination }) => Destination === '/narwhal')
}

async function bridgesOf(
  containers: readonly Docker.ContainerInfo[],
  { runnerId }: NetworkSpec,
  { networks }: AttemptNetworkDeps,
) {
  const names = containers.flatMap(({ NetworkSettings }) => Object.keys(NetworkSettings.Networks))
  const ours = [...new Set(names)].filter((name) => name.startsWith('narwhal-'))
  const bridges = await Promise.all(ours.map((name) => networks.adopt(runnerId, name)))
  return bridges.flatMap((bridge) => (bridge === undefined ? [] : [bridge]))
}

async function namedSidecar({ Id }: Docker.ContainerInfo, docker: Docker) {
  const sidecar = docker.getContainer(Id)
  const host = await sidecar.inspect().then(
    ({ Config }) => Config.Hostname,
    () => '',
  )
  return [sidecar, host] as const
}
