import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Docker from 'dockerode'
import { problem } from '@narwhal/protocol'
import { attemptLabel, runnerLabel } from '@narwhal/runner/labels'
import { until } from '../setup/until.ts'

/** Whose traces are looked for. */
export interface Suspects {
  /** The data directories of the runners. */
  readonly runnerData: readonly string[]
  /** The volumes that were there before them. The engine labels none that an image asks for, so any other is theirs. */
  readonly volumesBefore: readonly string[]
}

/** What the suspects have made and not removed. */
export interface Left {
  /** Ids of attempts. */
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
  /** Directories with workspaces and spools. */
  readonly attempts: readonly string[]
}

export const nothing: Left = { containers: [], networks: [], volumes: [], attempts: [] }

export async function whatIsLeft({ runnerData, volumesBefore }: Suspects): Promise<Left> {
  const docker = new Docker()
  const isOurs = await madeBy(runnerData)
  const containers = await docker.listContainers({ all: true })
  const networks = await docker.listNetworks()
  const volumes = await listVolumes()
  const attempts = await Promise.all(runnerData.map((data) => namesIn(join(data, 'attempts'))))
  return {
    containers: containers.filter(({ Labels }) => isOurs(Labels)).map(({ Labels }) => Labels[attemptLabel] ?? ''),
    networks: networks.filter(({ Labels }) => isOurs(Labels)).map(({ Name }) => Name),
    volumes: volumes.filter((name) => !volumesBefore.includes(name)),
    attempts: attempts.flat(),
  }
}

/** The names of all volumes of the engine. */
export async function listVolumes(): Promise<readonly string[]> {
  const { Volumes: volumes } = await new Docker().listVolumes()
  return (volumes ?? []).map(({ Name }) => Name)
}

/** Removes from the engine what runners that were killed could not. One that never started has made nothing. */
export async function removeFromEngine(runnerData: readonly string[]): Promise<void> {
  // The engine goes on with what it was told by those that were killed: until then it refuses the same.
  await until(() => removeNow(runnerData), { timeoutMs: 20_000, intervalMs: 200 })
}

async function removeNow(runnerData: readonly string[]): Promise<void> {
  const docker = new Docker()
  const isOurs = await madeBy(runnerData.filter((data) => existsSync(join(data, runnerIdFile))))
  const containers = (await docker.listContainers({ all: true })).filter(({ Labels }) => isOurs(Labels))
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
  const networks = (await docker.listNetworks()).filter(({ Labels }) => isOurs(Labels))
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove()))
}

const runnerIdFile = 'runner-id'

/** Tells by its labels whether one of the runners made a thing. Throws where a runner has no id: nothing could be told. */
async function madeBy(runnerData: readonly string[]) {
  const ids = await Promise.all(runnerData.map((data) => readFile(join(data, runnerIdFile), 'utf8')))
  const odd = ids.find((id) => !/^[0-9a-f-]{36}$/.test(id.trim()))
  if (odd !== undefined) throw problem('INTERNAL', `${JSON.stringify(odd)} is no id of a runner`)
  return (labels: Readonly<Record<string, string>> | undefined) => ids.some((id) => id.trim() === labels?.[runnerLabel])
}

/** A runner makes the directory with its first attempt. */
async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}
