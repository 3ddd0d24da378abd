import { createHmac } from 'node:crypto'
import type { ForgeAccount, ForgeReply, OutgoingStatus } from '@narwhal/reporter/parts'
import type { BuildView } from '@narwhal/protocol'
import { inBackground } from '../core/in-background.ts'
import type { Life } from '../core/life.ts'
import { never } from '../core/life.ts'
import type { World } from '../core/world.ts'
import type { DrawnCommit } from '../drawing/drawn.ts'
import type { Caller, Network } from './network.ts'
import type { Answer } from './served-routes.ts'

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

export interface ShownStatus extends OutgoingStatus {
  readonly atMs: number
  readonly buildId: string
}

export interface Forge {
  push(commit: DrawnCommit): void
  /** The account of one life of a reporter. */
  accountOf(life: Life): ForgeAccount
  /** It takes no statuses for a while, and says so. */
  limit(ms: number): void
  readonly deliveries: readonly Delivery[]
  /** In the order in which it took them. */
  readonly statuses: readonly ShownStatus[]
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
  const statuses: ShownStatus[] = []
  let limitedUntil = 0
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
    push(commit) {
      const id = `delivery-${++sent}`
      deliver(commit, id, tries)
      for (const { name, afterMs, kind } of commit.copies) {
        if (!decisions.takes(name)) continue
        decisions.count(kind)
        timeline.after(afterMs, () => deliver(commit, kind === 'other-id' ? `delivery-${++sent}` : id, tries))
      }
    },
    accountOf: (life) => ({ post: (status) => post(status, life), list: (of) => list(of, life) }),
    limit(ms) {
      decisions.count('forge-limit')
      trace.say('forge', `takes no statuses for ${Math.round(ms)} ms`)
      limitedUntil = timeline.nowMs + ms
    },
    deliveries,
    statuses,
    files: new Map(),
  }

  /** What it answers instead of doing what it is asked for. */
  function refusalFor(who: string): ForgeReply | undefined {
    if (decisions.happens('forge-error', who)) return reply(chance.pick('forge error', [500, 502, 0, 403]), 'drawn so')
    if (limitedUntil > timeline.nowMs && !decisions.isCalm) return reply(403, 'limit', { 'retry-after': '2' })
    return undefined
  }

  async function list({ sha }: Pick<OutgoingStatus, 'sha'>, life: Life): ReturnType<ForgeAccount['list']> {
    if (!life.passes()) return never
    await life.answer(chance.between('forge', 5, 150), () => undefined)
    const refusal = refusalFor(life.machine.name)
    if (refusal !== undefined) return { ...refusal, shown: [] }
    const shown = statuses.filter((status) => status.sha === sha).toReversed()
    return life.answer(chance.between('forge', 1, 50), () => ({ ...reply(200), shown }))
  }

  async function post(status: OutgoingStatus, life: Life): Promise<ForgeReply> {
    if (!life.passes()) return never
    const who = life.machine.name
    await life.answer(chance.between('forge', 5, 150), () => undefined)
    const refusal = refusalFor(who)
    if (refusal !== undefined) return refusal
    statuses.push({ ...status, atMs: timeline.nowMs, buildId: status.targetUrl.split('/').at(-1) ?? '' })
    trace.say('forge', `shows ${status.state} at ${status.sha.slice(0, 7)}: ${status.description}`)
    if (!life.passes()) return never
    if (decisions.happens('forge-silent', who)) return life.answer(10_000, () => reply(0, 'no answer'))
    return life.answer(chance.between('forge', 1, 50), () => reply(201))
  }
}

function reply(status: number, message = '', headers = {}): ForgeReply {
  return { status, headers, message }
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
