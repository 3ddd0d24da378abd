import type { Clock, Log } from '@narwhal/host'
import type Docker from 'dockerode'
import { engineProblem, statusOf } from './engine-problem.ts'
import { attemptLabel, runnerLabel } from './labels.ts'
import { removeNetwork } from './remove.ts'
import { retireContainer } from './retire-container.ts'

export interface LeftoverOptions {
  readonly runnerId: string
  /** Ids of attempts whose containers stay. */
  readonly keep: Pick<ReadonlySet<string>, 'has'>
  /** Names of networks that are in use, or lie ready. */
  readonly holds: (network: string) => boolean
  readonly clock: Clock
  readonly log: Log
}

/** Removes what a former life of the runner left behind; returns how many containers and networks. */
export async function removeLeftovers(docker: Docker, options: LeftoverOptions): Promise<number> {
  try {
    const containers = await removeContainers(docker, options)
    return containers + (await removeNetworks(docker, options)) // after the containers in them
  } catch (error) {
    throw engineProblem(error, 'What a former life left behind was not removed')
  }
}

async function removeContainers(docker: Docker, { runnerId, keep, clock, log }: LeftoverOptions): Promise<number> {
  const filters = { label: [`${runnerLabel}=${runnerId}`] }
  const found = await docker.listContainers({ all: true, filters })
  const left = found.filter(({ Labels }) => !keep.has(Labels[attemptLabel] ?? ''))
  await Promise.all(left.map(({ Id }) => retireContainer(docker.getContainer(Id), { docker, clock, log })))
  return left.length
}

async function removeNetworks(docker: Docker, { runnerId, holds, clock }: LeftoverOptions): Promise<number> {
  const found = await docker.listNetworks({ filters: { label: [`${runnerLabel}=${runnerId}`] } })
  const left = found.filter(({ Name }) => !holds(Name))
  const removed = await Promise.all(left.map(({ Id }) => removeUnlessUsed(docker.getNetwork(Id), clock)))
  return removed.filter(Boolean).length
}

/** `false`: a container that is kept is in it. */
async function removeUnlessUsed(network: Docker.Network, clock: Clock): Promise<boolean> {
  const { Containers = {} } = await network.inspect().catch((error: unknown) => {
    if (statusOf(error) === 404) return { Containers: {} }
    throw error
  })
  if (Object.keys(Containers).length > 0) return false
  await removeNetwork(network, clock)
  return true
}
