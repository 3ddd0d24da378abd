import { startAgent } from '@narwhal/agent'
import { type InboxSchema, openInboxIn } from '@narwhal/agent/parts'
import type { Life } from '../core/life.ts'
import type { Around } from './around.ts'
import { portsOf } from './ports-of.ts'
import type { Disk } from '../world/disk.ts'

/** Where deliveries go: whichever agent the balancer chooses. */
export const agentsName = 'agents'
export const forgeHost = 'github.com'

/** Boots an agent as its main.ts does: the inbox from its disk, then the service, then the port. */
export function bootAgent(around: Around, disk: Disk) {
  return async (life: Life): Promise<AsyncDisposable> => {
    const { routes, ...ports } = portsOf(around, life)
    const inbox = await openInboxIn(disk.open<InboxSchema>(life), { limitBytes: 1e9, clock: life.clock })
    const { webhookSecret } = around
    const service = await startAgent({ ...ports, inbox, webhookSecrets: [webhookSecret], forgeHost })
    around.network.listen(life, routes, agentsName)
    return service
  }
}
