import type { ForgeAccount, ForgeReply, OutgoingStatus, StatusReceipt } from '@narwhal/reporter/parts'
import { type Life, never } from '../core/life.ts'
import type { World } from '../core/world.ts'

// Where the forge shows the statuses of commits: it takes them, lists them, and now and then does neither.

export interface ShownStatus extends OutgoingStatus, StatusReceipt {
  readonly atMs: number
  readonly buildId: string
}

export interface StatusBoard {
  /** The account of one life of a reporter. */
  accountOf(life: Life): ForgeAccount
  /** It takes no statuses for a while, and says so. */
  limit(ms: number): void
  /** In the order in which it took them. */
  readonly statuses: readonly ShownStatus[]
}

/** The account of all reporters. */
const creator = 7

export function openStatusBoard({ timeline, chance, decisions, trace }: World): StatusBoard {
  const statuses: ShownStatus[] = []
  let limitedUntil = 0

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

  async function post(status: OutgoingStatus, life: Life): ReturnType<ForgeAccount['post']> {
    if (!life.passes()) return never
    const who = life.machine.name
    await life.answer(chance.between('forge', 5, 150), () => undefined)
    const refusal = refusalFor(who)
    if (refusal !== undefined) return refusal
    const receipt = { id: statuses.length + 1, creator }
    const buildId = status.targetUrl.split('/').at(-1) ?? ''
    statuses.push({ ...status, ...receipt, atMs: timeline.nowMs, buildId })
    trace.say('forge', `shows ${status.state} at ${status.sha.slice(0, 7)}: ${status.description}`)
    if (!life.passes()) return never
    if (decisions.happens('forge-silent', who)) return life.answer(10_000, () => reply(0, 'no answer'))
    return life.answer(chance.between('forge', 1, 50), () => ({ ...reply(201), receipt }))
  }

  return {
    accountOf: (life) => ({ post: (status) => post(status, life), list: (of) => list(of, life) }),
    limit(ms) {
      decisions.count('forge-limit')
      trace.say('forge', `takes no statuses for ${Math.round(ms)} ms`)
      limitedUntil = timeline.nowMs + ms
    },
    statuses,
  }
}

function reply(status: number, message = '', headers = {}): ForgeReply {
  return { status, headers, message }
}
