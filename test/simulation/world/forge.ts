import { createHmac } from 'node:crypto'
import type { BuildView } from '@narwhal/protocol'
import { inBackground } from '../core/in-background.ts'
import type { World } from '../core/world.ts'
import type { DrawnCommit } from '../drawing/drawn.ts'
import type { Caller, Network } from './network.ts'
import type { Answer } from './served-routes.ts'
import { openStatusBoard, type StatusBoard } from './status-board.ts'

// The forge outside of Narwhal: it tells of pushes, again and again where somebody wants it, and shows statuses.

/** One delivery that the forge made, and what it heard. */
export interface Delivery {
  readonly commit: DrawnCommit
  readonly deliveryId: string
  readonly sentMs: number
  /** Absent: no answer came. */
  status?: number
  /** Of the message that the agent says it has. */
  messageId?: string
}

export interface Forge extends StatusBoard {
  push(commit: DrawnCommit): void
  readonly deliveries: readonly Delivery[]
  /** Result files, by build. */
  readonly files: Map<string, BuildView>
}

export interface ForgeDeps {
  readonly world: World
  readonly network: Network
  readonly caller: Caller
  readonly webhookSecret: string
  readonly agentsUrl: string
}

/** How often a delivery that failed is sent again, by hand or by a script of somebody. */
const tries = 6

export function openForge(deps: ForgeDeps): Forge {
  const { world } = deps
  const { timeline, chance, decisions, trace } = world
  const deliveries: Delivery[] = []
  let sent = 0
  const deliver = (commit: DrawnCommit, deliveryId: string, left: number) =>
    inBackground(deliverOnce(commit, deliveryId, left))
  async function deliverOnce(commit: DrawnCommit, deliveryId: string, left: number): Promise<void> {
    const delivery: Delivery = { commit, deliveryId, sentMs: timeline.nowMs }
    deliveries.push(delivery)
    if (decisions.happens('webhook-lost', 'forge')) return again(commit, deliveryId, left)
    const answer = await sendWebhook(deps, commit, deliveryId)
    if (answer !== undefined) Object.assign(delivery, heardOf(answer))
    trace.say('forge', `delivers ${commit.name} as ${deliveryId}: ${answer?.status ?? 'no answer'}`)
    if (answer === undefined || answer.status >= 300) again(commit, deliveryId, left)
  }

  function again(commit: DrawnCommit, deliveryId: string, left: number): void {
    if (left === 0 && !decisions.isCalm) return
    timeline.after(chance.between('forge again', 300, 4_000), () => deliver(commit, deliveryId, left - 1))
  }

  return {
    ...openStatusBoard(world),
    push(commit) {
      const id = `delivery-${++sent}`
      deliver(commit, id, tries)
      for (const { name, afterMs, kind } of commit.copies) {
        if (!decisions.takes(name)) continue
        decisions.count(kind)
        timeline.after(afterMs, () => deliver(commit, kind === 'other-id' ? `delivery-${++sent}` : id, tries))
      }
    },
    deliveries,
    files: new Map(),
  }
}

async function sendWebhook(deps: ForgeDeps, commit: DrawnCommit, deliveryId: string): Promise<Answer | undefined> {
  const { network, caller, webhookSecret, agentsUrl } = deps
  const body = Buffer.from(JSON.stringify(payloadOf(commit)))
  const signature = createHmac('sha256', webhookSecret).update(body).digest('hex')
  const headers = {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'x-github-event': 'push',
    'x-github-delivery': deliveryId,
    'x-hub-signature-256': `sha256=${signature}`,
  }
  const request = { method: 'POST', path: '/webhooks/github', headers, query: {}, body }
  return network.exchange(caller, agentsUrl, { request, timeoutMs: 10_000 }).catch(() => undefined)
}

/** A push as GitHub describes it. */
function payloadOf({ repository, ref, sha }: DrawnCommit): object {
  return {
    ref,
    before: '0'.repeat(40),
    after: sha,
    deleted: false,
    repository: { id: 1, name: repository, full_name: `ada/${repository}`, owner: { login: 'ada', name: 'ada' } },
    head_commit: { id: sha, message: 'A change', author: { name: 'Ada' } },
    pusher: { name: 'ada' },
  }
}

function heardOf({ status, body }: Answer): Partial<Delivery> {
  const said: unknown = body
  const of = (key: string) =>
    typeof said === 'object' && said !== null ? Object.entries(said).find(([name]) => name === key)?.[1] : undefined
  const id: unknown = of('duplicate') ?? of('id')
  return { status, ...(typeof id === 'string' ? { messageId: id } : {}) }
}
