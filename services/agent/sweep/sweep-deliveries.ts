import { createHash } from 'node:crypto'
import { type Clock, type Log, newId } from '@narwhal/host'
import { isProblem } from '@narwhal/protocol'
import { commitFromWebhook } from '../commit-from-webhook.ts'
import type { Inbox } from '../inbox.ts'
import type { DeliveryLog, LoggedDelivery } from './delivery-log.ts'
import { missedDeliveries } from './missed-deliveries.ts'

// 1. The forge's own id of a delivery is its key in the inbox: one that comes after all, or that somebody redelivers, is known.
// 2. A log counts as swept up to a moment only once everything missed before it is in the inbox.
// 3. One that cannot be fetched now holds up no other; the moment waits for it. One that makes no sense never will.
// 4. Each sweep reads again what lies shortly before that moment: the log may get its rows late.

export interface SweepDeliveriesDeps {
  readonly inbox: Inbox
  readonly forgeHost: string
  readonly clock: Clock
  readonly log: Log
  /** A push is in the inbox now that was not known. */
  readonly onFound: () => void
  readonly signal: AbortSignal
}

const rememberedMs = 3 * 24 * 3_600_000
const overlapMs = 10 * 60_000

/** What stands for the secret in the keys of deliveries that we fetched ourselves. */
const secretId = 'delivery log'

/** Takes what the forge could not deliver. @throws the first fault, once all that could be fetched is taken. */
export async function sweepDeliveries(source: DeliveryLog, deps: SweepDeliveriesDeps): Promise<void> {
  const { inbox, clock, log, signal } = deps
  const sweptUntil = await inbox.sweeps.sweptUntil(source.name)
  const since = Math.max(clock.now() - rememberedMs, (sweptUntil ?? 0) - overlapMs)
  const logged = await readSince(source, since, signal)
  const faults: unknown[] = []
  for (const delivery of missedDeliveries(logged)) {
    signal.throwIfAborted()
    if (await inbox.sweeps.isKept(delivery.guid)) continue
    try {
      const payload = await source.payload(delivery.id, signal)
      await takeMissed(delivery, payload, deps)
    } catch (error) {
      if (isProblem(error, 'WEBHOOK_MALFORMED'))
        log.warn({ err: error, delivery: delivery.guid }, 'a missed delivery makes no sense')
      else faults.push(error)
    }
  }
  if (faults.length > 0) throw faults[0] // 3
  const newest = Math.max(...logged.map(({ deliveredAt }) => deliveredAt), sweptUntil ?? 0)
  if (newest > 0) await inbox.sweeps.keep(source.name, newest) // 2
}

async function readSince(source: DeliveryLog, since: number, signal: AbortSignal): Promise<readonly LoggedDelivery[]> {
  const logged: LoggedDelivery[] = []
  for await (const delivery of source.list(signal)) {
    if (delivery.deliveredAt < since) break
    logged.push(delivery)
  }
  return logged
}

/** Takes it, if it is something to build. */
async function takeMissed(
  { guid, event }: LoggedDelivery,
  payload: unknown,
  { inbox, forgeHost, clock, log, onFound }: SweepDeliveriesDeps,
): Promise<void> {
  const from = commitFromWebhook(event, payload, { forgeHost })
  if ('ignored' in from) return
  const now = clock.now()
  const body = Buffer.from(JSON.stringify(payload))
  const keys = { id: guid, secretId, sha256: createHash('sha256').update(body).digest('hex') } // other agents have their own inbox
  const message = { version: 1 as const, id: newId(now), receivedAt: now, ...from, delivery: keys }
  const { duplicate } = await inbox.keep({ deliveryId: guid, secretId, body, message }) // 1
  const { ref, sha } = from.commit
  if (duplicate) return
  log.warn({ delivery: guid, ref, sha }, 'a push that never arrived was found in the log of the forge')
  onFound()
}
