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
  const ids = await Promise.all(runnerData.map((data) => readFile(join(data, 'runner-id'), 'utf8')))
  const isOurs = (labels: Readonly<Record<string, string>> | undefined) =>
    ids.some((id) => id.trim() === labels?.[runnerLabel])
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
