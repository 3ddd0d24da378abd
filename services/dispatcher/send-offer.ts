import type { HttpClient, Log } from '@narwhal/host'
import { isProblem, type Offer, offerAttempt } from '@narwhal/protocol'
import type { RunnerRecord } from '@narwhal/store'
import { applyToAttempt } from './apply-event.ts'
import type { Changes } from './changes.ts'
import type { Presence } from './presence.ts'

export interface SendOfferDeps {
  readonly changes: Changes
  readonly presence: Presence
  readonly client: HttpClient
  readonly runnerToken: string
  readonly log: Log
}

/**
 * Sends one offer to its runner. Taken: nothing more to do. Certainly not taken: the attempt is refused, which does not
 * count. Its fate unknown: nothing is done; if the runner has it, its reports will come, else the lease ends by itself.
 */
export async function sendOffer(deps: SendOfferDeps, runner: RunnerRecord, offer: Offer): Promise<void> {
  const { client, runnerToken, presence, log } = deps
  try {
    await client.call(offerAttempt, { baseUrl: runner.url, token: runnerToken, body: offer, timeoutMs: 5_000 })
    presence.welcomed(runner.id)
  } catch (error) {
    presence.refused(runner.id)
    if (!isCertainlyRefused(error))
      return log.warn({ err: error, runner: runner.name }, 'nobody knows whether an offer arrived; its lease will tell')
    log.info({ runner: runner.name, because: String(error) }, 'a runner refused an offer')
    await refuse(deps.changes, offer.attemptId)
  }
}

function isCertainlyRefused(error: unknown): boolean {
  if (!isProblem(error)) return false
  return error.code !== 'UNREACHABLE' || error.data?.['sent'] === false
}

async function refuse(changes: Changes, attemptId: string): Promise<void> {
  await changes.change(async (change) => {
    const attempt = await change.tables.attempts.find(attemptId)
    if (attempt !== undefined) await applyToAttempt(change, attempt, { type: 'refused', at: change.now })
  })
}
