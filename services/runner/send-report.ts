import { backoffMs, type Clock, type HttpClient, type Log } from '@narwhal/host'
import { type AttemptReply, type AttemptReport, isProblem, type Offer, reportAttempt } from '@narwhal/protocol'
import { isPassing } from './is-passing.ts'
import type { Unsaid } from './unsaid.ts'

const bounds = { baseMs: 50, capMs: 2_000 }

export interface SendDeps {
  readonly dispatcherUrl: string
  readonly client: HttpClient
  readonly clock: Clock
  readonly log: Log
  readonly unsaid: Unsaid
  readonly signal: AbortSignal
}

/**
 * Sends one report until it is answered. `undefined` when the dispatcher wants another one first.
 *
 * @throws the problem with which the dispatcher refused it for good, or the signal's reason.
 */
export async function sendReport(
  { attemptId, token }: Offer,
  body: AttemptReport,
  { dispatcherUrl, client, clock, log, unsaid, signal }: SendDeps,
): Promise<AttemptReply | undefined> {
  for (let retry = 0; ; retry++) {
    try {
      const reply = await client.call(reportAttempt, {
        baseUrl: dispatcherUrl,
        token,
        params: { attemptId },
        body,
        signal,
      })
      unsaid.said(body)
      return reply
    } catch (error) {
      signal.throwIfAborted()
      if (isProblem(error, 'LOG_OFFSET_WRONG', 'REPORT_GAP', 'LOG_INCOMPLETE')) {
        log.warn({ err: error, attemptId }, 'the dispatcher wants a part of the report again')
        const refusals = unsaid.goBack(body, error)
        if (refusals > 1) await clock.sleep(backoffMs(refusals, bounds), signal)
        return undefined
      }
      if (!isPassing(error)) throw error
      log.debug({ err: error, attemptId }, 'a report did not arrive; it is sent again')
      await clock.sleep(backoffMs(retry, bounds), signal)
    }
  }
}
