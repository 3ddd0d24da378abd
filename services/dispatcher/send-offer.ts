import { failpoint, type HttpClient, type Log } from '@narwhal/host'
import { type AttemptEvent, isProblem, type Offer, offerAttempt, problemOf } from '@narwhal/protocol'
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
 * count. Too large for any runner: the attempt fails. Its fate unknown: nothing is done; if the runner has it, its reports will come, else the lease ends by itself.
 */
export async function sendOffer(deps: SendOfferDeps, runner: RunnerRecord, offer: Offer): Promise<void> {
  const { client, runnerToken, presence, log } = deps
  try {
    await client.call(offerAttempt, { baseUrl: runner.url, token: runnerToken, body: offer, timeoutMs: 5_000 })
    await failpoint('dispatcher.after-offer')
    presence.welcomed(runner.id)
  } catch (error) {
    presence.refused(runner.id)
    if (!isCertainlyRefused(error))
      return log.warn({ err: error, runner: runner.name }, 'nobody knows whether an offer arrived; its lease will tell')
    log.info({ runner: runner.name, because: String(error) }, 'a runner refused an offer')
    await applyTo(deps.changes, offer.attemptId, isProblem(error, 'BODY_TOO_LARGE') ? tooLarge : { type: 'refused' })
  }
}

/** A runner that says 5xx, or a balancer that says it, may have taken the offer all the same. */
function isCertainlyRefused(error: unknown): boolean {
  if (!isProblem(error)) return false
  return isProblem(error, 'UNREACHABLE') ? error.data?.['sent'] === false : problemOf(error).status < 500
}

type WithoutTime<E> = E extends unknown ? Omit<E, 'at'> : never

/** No other runner would take it either, and so it would be offered for ever. */
const tooLarge = {
  type: 'ended',
  ending: {
    outcome: 'failed',
    code: 'BODY_TOO_LARGE',
    message: 'The outputs of the jobs that this one needs are too large together. Hand large things on as artifacts.',
  },
} as const

async function applyTo(changes: Changes, attemptId: string, event: WithoutTime<AttemptEvent>): Promise<void> {
  await changes.change(async (change) => {
    const attempt = await change.tables.attempts.find(attemptId)
    if (attempt !== undefined) await applyToAttempt(change, attempt, { ...event, at: change.now })
  })
}
