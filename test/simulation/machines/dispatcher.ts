import { startDispatcher } from '@narwhal/dispatcher'
import type { Life } from '../core/life.ts'
import type { Around } from './around.ts'
import { portsOf } from './ports-of.ts'
import { unreliableBlobs } from '../world/unreliable-blobs.ts'

/** Where runners and people call: whichever dispatcher the balancer chooses. */
export const dispatchersName = 'dispatchers'

/** How long a job may wait for a runner: longer than any schedule. */
const queueLimitMs = 24 * 3_600_000

/** Boots a dispatcher as its main.ts does. */
export function bootDispatcher(around: Around) {
  return async (life: Life): Promise<AsyncDisposable> => {
    const { world, store, blobs, drawn, apiToken, runnerToken, network } = around
    const { routes, ...ports } = portsOf(around, life)
    const { leaseMs, heartbeatMs } = drawn
    const service = startDispatcher({
      ...ports,
      store: store.portOf(life),
      blobs: unreliableBlobs(world, life, blobs),
      ...{ apiToken, runnerToken, leaseMs, heartbeatMs, queueLimitMs },
    })
    network.listen(life, routes, dispatchersName)
    return service
  }
}
