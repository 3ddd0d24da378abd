import { randomUUID } from 'node:crypto'
import { signedPush, type SignedDelivery } from '../../real/signed-push.ts'
import type { PlannedPush } from '../plan/chaos-plan.ts'
import { owner } from '../rig/repositories.ts'
import type { Play } from './play.ts'

/** Between two tries of a delivery that was not taken, in milliseconds. Forges leave that to people; here nobody has the time. */
const againMs = 2_000
const answerWithinMs = 10_000

/** A push with the commit that it is of. */
export interface MadePush extends PlannedPush {
  readonly sha: string
}

/**
 * Sends every push when it is due, however the ones before it went, and its copies after it. What is not answered with
 * 2xx is redelivered, as a person would do at the forge, until it is.
 */
export async function sendPushes(pushes: readonly MadePush[], play: Play): Promise<void> {
  await Promise.all(pushes.map((push) => sendPush(push, play)))
}

async function sendPush(push: MadePush, play: Play): Promise<void> {
  const { sha, repository, number } = push
  const { rig, due, sleep } = play
  await due(push.atMs)
  const delivery = signedPush({ owner, name: repository, sha }, rig.tokens.webhook)
  const send = (one: SignedDelivery, copy: string) => sendUntilTaken(one, { sha, number, copy }, play)
  const copies = push.copies.map(async ({ afterMs, kind }) => {
    await sleep(afterMs)
    await send(kind === 'redelivered' ? delivery : underAnotherId(delivery), kind)
  })
  await Promise.all([send(delivery, 'first'), ...copies])
}

function underAnotherId(delivery: SignedDelivery): SignedDelivery {
  return { ...delivery, headers: { ...delivery.headers, 'x-github-delivery': randomUUID() } }
}

async function sendUntilTaken(
  delivery: SignedDelivery,
  about: Readonly<Record<string, unknown>>,
  { rig, ledger, sleep, signal }: Play,
): Promise<void> {
  const guid = delivery.headers['x-github-delivery']
  for (let turn = 0; !signal.aborted; turn++) {
    const url = rig.agentUrls[(Number(about['number']) + turn) % rig.agentUrls.length]
    const answer = await fetch(`${url}/webhooks/github`, {
      ...delivery,
      signal: AbortSignal.timeout(answerWithinMs),
    }).then(
      async ({ status, ...rest }) => ({ status, rest }),
      (error: unknown) => ({ status: String(error instanceof Error ? (error.cause ?? error) : error) }),
    )
    ledger.note('delivery', { ...about, guid, answer: answer.status })
    if (answer.status === 202 || answer.status === 200) return
    await sleep(againMs)
  }
}
