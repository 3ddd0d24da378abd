import { type Clock, type Counter, type Log, startLoop } from '@narwhal/host'
import type { Repository } from '@narwhal/protocol'
import type { Inbox } from '../inbox.ts'
import type { LookAtHeads } from '../watch-repository.ts'
import type { DeliveryLog } from './delivery-log.ts'
import { sweepDeliveries } from './sweep-deliveries.ts'
import { sweepHeads, type SweepHeadsDeps } from './sweep-heads.ts'

/** What a sweep needs beside the agent. */
export interface SweepOptions {
  /** How long after one sweep the next begins, in milliseconds. */
  readonly everyMs: number
  /** Swept although no webhook has told of them yet. */
  readonly repositories: readonly Repository[]
  readonly cloneSource: SweepHeadsDeps['cloneSource']
  /** The logs that can be read now; none without an account at the forge. */
  readonly deliveryLogs: (repositories: readonly Repository[], signal: AbortSignal) => AsyncIterable<DeliveryLog>
}

export interface SweepDeps extends SweepOptions {
  readonly inbox: Inbox
  readonly forgeHost: string
  readonly lookAtHeads?: LookAtHeads | undefined
  readonly clock: Clock
  readonly log: Log
  readonly found: Counter<'by'>
}

/**
 * Finds what the forge could not tell us, at the start and then again and again: by its log of deliveries, and by comparing
 * heads. One source that cannot be read holds back no other.
 */
export function startSweep(deps: SweepDeps): AsyncDisposable {
  const { inbox, clock, log, found, everyMs } = deps
  return startLoop(
    async (signal) => {
      const heardOf = await inbox.sweeps.repositories()
      const repositories = [...new Map([...deps.repositories, ...heardOf].map((one) => [keyOf(one), one])).values()]
      for await (const source of deps.deliveryLogs(repositories, signal)) {
        const onFound = () => found.inc({ by: 'delivery-log' })
        await sweepDeliveries(source, { ...deps, onFound, signal }).catch((error: unknown) => {
          signal.throwIfAborted()
          log.warn({ err: error }, `${source.name} could not be swept; the next sweep tries again`)
        })
      }
      const { lookAtHeads, ...rest } = deps
      const looking = lookAtHeads === undefined ? rest : { ...rest, lookAtHeads }
      found.inc({ by: 'heads' }, await sweepHeads(repositories, { ...looking, signal }))
      await clock.sleep(everyMs, signal)
    },
    { name: 'sweep', clock, log },
  )
}

function keyOf({ host, owner, name }: Repository): string {
  return [host, owner, name].join(' ')
}
