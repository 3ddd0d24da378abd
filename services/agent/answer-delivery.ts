import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Clock, failpoint, newId } from '@narwhal/host'
import { CommitMessage, problem } from '@narwhal/protocol'
import { Compile } from 'typebox/compile'
import { commitFromWebhook } from './commit-from-webhook.ts'
import type { Inbox } from './inbox.ts'
import { parseDelivery } from './parse-delivery.ts'
import { verifySignature, type WebhookSecret } from './verify-signature.ts'

// 1. Nothing of a body is read before its signature is verified over the bytes as they came.
// 2. 202 is said when the delivery is on the disk, 200 when there is nothing to build or nothing new.
// 3. What a dispatcher would refuse is not kept: a sender who hears 202 gets a build.

const commitMessage = Compile(CommitMessage)

export interface DeliveryDeps {
  readonly inbox: Inbox
  readonly secrets: readonly WebhookSecret[]
  readonly forgeHost: string
  readonly clock: Clock
}

export interface DeliveryAnswer {
  readonly answer: 'accepted' | 'duplicate' | 'ignored' | 'unauthorized'
  readonly status: 202 | 200 | 401
  /** The body of the answer; a sender without the secret gets none. */
  readonly said?: Readonly<Record<string, unknown>>
}

/**
 * Takes one delivery of a webhook.
 *
 * @throws {ProblemError} BAD_JSON and WEBHOOK_MALFORMED for what no forge sends; INBOX_FULL and INBOX_UNAVAILABLE
 *   when it could not be kept: the forge shows it as failed, and it can be redelivered.
 */
export async function answerDelivery(
  headers: IncomingHttpHeaders,
  body: Buffer,
  { inbox, secrets, forgeHost, clock }: DeliveryDeps,
): Promise<DeliveryAnswer> {
  const verified = verifySignature(body, headers['x-hub-signature-256'], secrets)
  if (verified === undefined) return { answer: 'unauthorized', status: 401 }

  const { deliveryId, event, payload } = parseDelivery(headers, body)
  const from = commitFromWebhook(event, payload, { forgeHost })
  if ('ignored' in from) return { answer: 'ignored', status: 200, said: { ignored: from.ignored } }

  const now = clock.now()
  const delivery = { id: deliveryId, secretId: verified.id, sha256: createHash('sha256').update(body).digest('hex') }
  const message: CommitMessage = { version: 1, id: newId(now), receivedAt: now, ...from, delivery }
  if (!commitMessage.Check(message)) throw unfit(message) // 3
  await failpoint('agent.before-keep')
  const { id, duplicate } = await inbox.keep({ deliveryId, secretId: verified.id, body, message })
  await failpoint('agent.after-keep')
  if (duplicate) return { answer: 'duplicate', status: 200, said: { duplicate: id } }
  return { answer: 'accepted', status: 202, said: { accepted: true, id } }
}

function unfit(message: unknown): Error {
  const [first] = commitMessage.Errors(message)
  return problem(
    'WEBHOOK_MALFORMED',
    `${first?.instancePath ?? 'The commit'} of the push ${first?.message ?? 'does not fit'}`,
  )
}
