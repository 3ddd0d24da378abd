import type { Registry } from '@narwhal/host'
import { machineLog } from '../core/machine-log.ts'
import type { Life } from '../core/life.ts'
import { openServedRoutes } from '../world/served-routes.ts'
import type { Around } from './around.ts'

/** What every service is given, for one life of its machine. */
export function portsOf({ world, network, broker }: Around, life: Life) {
  const routes = openServedRoutes()
  return {
    routes,
    server: routes.server,
    client: network.clientOf(life),
    queue: broker.queueOf(life),
    clock: life.clock,
    log: machineLog(world.trace, life.machine.name),
    metrics: noFigures,
  }
}

/** Figures are counted and never shown. */
const noFigures = { registerMetric: () => undefined } as unknown as Registry // what metrics ask of their registry
