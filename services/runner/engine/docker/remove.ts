import type { Clock } from '@narwhal/host'
import type Docker from 'dockerode'
import { engineProblem, statusOf } from './engine-problem.ts'

const triesAtMost = 6
const firstPauseMs = 100

/**
 * Kills and removes a container with its anonymous volumes. One that is gone, or going, is fine.
 *
 * @throws ENGINE_GONE, ENGINE_REFUSED after the last of six tries.
 */
export async function removeContainer(container: Docker.Container, clock: Clock): Promise<void> {
  await insist(() => container.remove({ force: true, v: true }), { clock, what: 'The container was not removed' })
}

/**
 * Kills a container. One that is dead or gone is fine.
 *
 * @throws ENGINE_GONE, ENGINE_REFUSED.
 */
export async function killContainer(container: Docker.Container): Promise<void> {
  try {
    await container.kill()
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 409) return
    throw engineProblem(error, 'The container was not killed')
  }
}

/** The same as `removeContainer` for a network: one to which a container is still attached is tried again. */
export async function removeNetwork(network: Docker.Network, clock: Clock): Promise<void> {
  await insist(() => network.remove(), { clock, what: 'The network was not removed' })
}

async function insist(removal: () => Promise<unknown>, { clock, what }: { clock: Clock; what: string }): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await removal()
      return
    } catch (error) {
      if (statusOf(error) === 404) return
      if (tries === triesAtMost) throw engineProblem(error, what)
    }
    await clock.sleep(firstPauseMs * 2 ** (tries - 1))
  }
}
