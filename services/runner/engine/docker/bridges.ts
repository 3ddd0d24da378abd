import { randomUUID } from 'node:crypto'
import type { Clock, Log } from '@narwhal/host'
import type Docker from 'dockerode'
import { engineProblem } from './engine-problem.ts'
import { attemptLabel, runnerLabel } from './labels.ts'
import { removeNetwork } from './remove.ts'

/** `internal`: nothing outside of it can be reached. */
export type BridgeKind = 'outbound' | 'internal'

/** The bridges that an engine has made and not removed. */
export interface Bridges {
  /**
   * The name of a new bridge.
   *
   * @throws ENGINE_NETWORKS_FULL, ENGINE_REFUSED, ENGINE_GONE.
   */
  make(runnerId: string, kind: BridgeKind): Promise<string>
  /** A former life of the runner made it. */
  adopt(name: string): void
  /** Never rejects. */
  remove(name: string): Promise<void>
  /** Somebody else removed it. */
  forget(name: string): void
  holds(name: string): boolean
}

/** Without an address of the host in it: `Internal` alone leaves every port of the host within reach. */
const closed = { Internal: true, Options: { 'com.docker.network.bridge.inhibit_ipv4': 'true' } }

/** See `Bridges`. */
export function openBridges(docker: Docker, { clock, log }: { clock: Clock; log: Log }): Bridges {
  const held = new Set<string>()
  return {
    async make(runnerId, kind) {
      const name = `narwhal-${randomUUID()}`
      held.add(name)
      const Labels = { [runnerLabel]: runnerId, [attemptLabel]: 'spare' }
      const body = { Name: name, Driver: 'bridge', Labels, ...(kind === 'internal' && closed) }
      await docker.createNetwork(body).catch((error: unknown) => {
        held.delete(name)
        throw engineProblem(error, 'No network could be made for the attempt')
      })
      return name
    },
    adopt: (name) => void held.add(name),
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
