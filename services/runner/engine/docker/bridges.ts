import { randomUUID } from 'node:crypto'
import type { Clock, Log } from '@narwhal/host'
import type Docker from 'dockerode'
import { engineProblem } from './engine-problem.ts'
import { attemptLabel, runnerLabel } from './labels.ts'
import { removeNetwork } from './remove.ts'

/** The bridges that an engine has made and not removed. */
export interface Bridges {
  /**
   * The name of a new bridge.
   *
   * @throws ENGINE_NETWORKS_FULL, ENGINE_REFUSED, ENGINE_GONE.
   */
  make(runnerId: string): Promise<string>
  /** Never rejects. */
  remove(name: string): Promise<void>
  /** Somebody else removed it. */
  forget(name: string): void
  holds(name: string): boolean
}

/** See `Bridges`. */
export function openBridges(docker: Docker, { clock, log }: { clock: Clock; log: Log }): Bridges {
  const held = new Set<string>()
  return {
    async make(runnerId) {
      const name = `narwhal-${randomUUID()}`
      held.add(name)
      await createNetwork(docker, name, runnerId).catch((error: unknown) => {
        held.delete(name)
        throw engineProblem(error, 'No network could be made for the attempt')
      })
      return name
    },
    async remove(name) {
      await removeNetwork(docker.getNetwork(name), clock).catch((error: unknown) =>
        log.error({ err: error, network: name }, 'A network was left behind; it is removed at the next start'),
      )
      held.delete(name)
    },
    forget: (name) => void held.delete(name),
    holds: (name) => held.has(name),
  }
}

async function createNetwork(docker: Docker, name: string, runnerId: string): Promise<void> {
  const Labels = { [runnerLabel]: runnerId, [attemptLabel]: 'spare' }
  const body = { Name: name, Driver: 'bridge', Labels }
  await docker.createNetwork(body)
}
