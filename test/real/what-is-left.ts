import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Docker from 'dockerode'
import { attemptLabel, runnerLabel } from '@narwhal/runner/labels'

/** What the runners with these data directories have made and not removed. */
export interface Left {
  /** Ids of attempts. */
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
  /** Directories with workspaces and spools. */
  readonly attempts: readonly string[]
}

export const nothing: Left = { containers: [], networks: [], volumes: [], attempts: [] }

export async function whatIsLeft(runnerData: readonly string[]): Promise<Left> {
  const docker = new Docker()
  const isOurs = await madeBy(runnerData)
  const containers = await docker.listContainers({ all: true })
  const networks = await docker.listNetworks()
  const { Volumes: volumes } = await docker.listVolumes()
  const attempts = runnerData.map((data) => readdir(join(data, 'attempts')).catch(() => []))
  return {
    containers: containers.filter(({ Labels }) => isOurs(Labels)).map(({ Labels }) => Labels[attemptLabel] ?? ''),
    networks: networks.filter(({ Labels }) => isOurs(Labels)).map(({ Name }) => Name),
    volumes: (volumes ?? []).filter(({ Labels }) => isOurs(Labels)).map(({ Name }) => Name),
    attempts: (await Promise.all(attempts)).flat(),
  }
}

/** Removes from the engine what runners that were killed could not. */
export async function removeFromEngine(runnerData: readonly string[]): Promise<void> {
  const docker = new Docker()
  const isOurs = await madeBy(runnerData)
  const containers = (await docker.listContainers({ all: true })).filter(({ Labels }) => isOurs(Labels))
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
  const networks = (await docker.listNetworks()).filter(({ Labels }) => isOurs(Labels))
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove()))
}

/** Tells by its labels whether one of the runners made a thing. */
async function madeBy(runnerData: readonly string[]) {
  const ids = await Promise.all(runnerData.map((data) => readFile(join(data, 'runner-id'), 'utf8').catch(() => '')))
  return (labels: Readonly<Record<string, string>> | undefined) =>
    ids.some((id) => id !== '' && id.trim() === labels?.[runnerLabel])
}
