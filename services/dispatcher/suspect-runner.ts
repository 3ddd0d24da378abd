import type { Clock, Log } from '@narwhal/host'
import type { Changes } from './changes.ts'
import { giveAway } from './give-away.ts'
import type { Presence } from './presence.ts'
import { isAtAddress } from './is-at-address.ts'
import { readSigns } from './signs-of-life.ts'

// 1. Only refusals count: the machine answers, and nobody listens there any more. A runner that is merely slow, stopped or
//    unreachable may go on with its attempts, and keeps them until their leases end.
// 2. A process that was killed may lose its stream a moment before its port: an answer counts only when it stays one.
// 3. What is compared later is read after the first refusal: a sign since then comes from a runner that is back.
// 4. The last word is one transaction of the store, in which another dispatcher's news is seen.

export interface SuspectRunnerDeps {
  readonly changes: Changes
  readonly presence: Presence
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

const probes = 3

/** Between two probes, and for an answer to one, in milliseconds. */
const pauseMs = 500
const limitMs = 400

/** The presence stream of a runner has ended: if the runner is gone, gives away what need not wait for the leases' end. */
export async function suspectRunner(deps: SuspectRunnerDeps, runnerId: string): Promise<void> {
  const { changes, presence, clock, log, signal } = deps
  const runner = await changes.change(({ tables }) => tables.runners.find(runnerId))
  if (runner === undefined) return // it has left
  if (await staysAtAddress(runner.url, deps)) return
  const signs = await changes.change(({ tables }) => readSigns(tables, runnerId))
  if (signs === undefined) return
  presence.gone(runnerId, signs.heartbeats)
  log.info({ runner: runner.name, url: runner.url }, 'a runner is not at its address any more')
  for (let probe = 1; probe < probes; probe++) {
    await clock.sleep(pauseMs, signal)
    if (await isAtAddress(runner.url, limitMs)) return
  }
  await changes.change((change) => giveAway(change, { signs, presence, log }))
}

/** False at the first refusal. */
async function staysAtAddress(url: string, { clock, signal }: SuspectRunnerDeps): Promise<boolean> {
  for (let probe = 1; await isAtAddress(url, limitMs); probe++) {
    if (probe === probes) return true
    await clock.sleep(pauseMs, signal)
  }
  return false
}
