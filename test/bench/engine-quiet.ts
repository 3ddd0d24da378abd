import { scheduler } from 'node:timers/promises'
import Docker from 'dockerode'

const docker = new Docker()
/** What an engine still does after a container is gone from its list, in milliseconds: networks are removed and made. */
const settleMs = 400

/** Resolves when no container has anything of `data` mounted and the engine had a moment: no sample pays for another. */
export async function engineIsQuiet(data: string): Promise<void> {
  const isOurs = ({ Mounts }: Docker.ContainerInfo) => Mounts.some(({ Source }) => Source.startsWith(data))
  while ((await docker.listContainers({ all: true })).some(isOurs)) await scheduler.wait(20)
  await scheduler.wait(settleMs)
}
