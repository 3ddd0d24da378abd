import { scheduler } from 'node:timers/promises'
import Docker from 'dockerode'

const docker = new Docker()
/** What an engine still does after a container is gone from its list, in milliseconds: networks are removed and made. */
const settleMs = 400

/** Resolves when no container is left and the engine had a moment, so that one sample does not pay for another. */
export async function engineIsQuiet(): Promise<void> {
  while ((await docker.listContainers({ all: true })).length > 0) await scheduler.wait(20)
  await scheduler.wait(settleMs)
}
