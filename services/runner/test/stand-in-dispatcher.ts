import { createHash } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { openHttpServer, openMetrics, type RouteCall, serveRoute, silentLog } from '@narwhal/host'
import {
  type AttemptReply,
  type AttemptReport,
  type AttemptReportEvent,
  type AttemptResult,
  followRunner,
  heartbeatRunner,
  type Offer,
  type Plan,
  problem,
  type ProblemError,
  readSecrets,
  registerRunner,
  renewAttempt,
  reportAttempt,
  type Route,
  type RunnerRegistration,
  unregisterRunner,
} from '@narwhal/protocol'
import { type KeptBlobs, serveKeptBlobs } from './stand-in-blobs.ts'

/** What happens to a call: it is served; refused with 503; its connection is cut before or after it is served. */
export type Fate = 'served' | 'refused' | 'cut-before' | 'cut-after'
export type CallName = 'register' | 'heartbeat' | 'presence' | 'unregister' | 'report' | 'renew' | 'secrets'

/** One attempt as the dispatcher has heard of it. */
export interface HeardAttempt {
  readonly events: AttemptReportEvent[]
  readonly logs: Map<number, Buffer>
  plan?: Plan
  result?: AttemptResult
}

/** A dispatcher that believes and remembers everything it is told, by the rules of the protocol. */
export interface StandIn extends AsyncDisposable {
  readonly url: string
  readonly kept: KeptBlobs
  readonly registrations: RunnerRegistration[]
  /** In their order; `presence-ended` is the end of such a call. */
  readonly calls: (CallName | 'presence-ended')[]
  /** Ends the presence stream that is open. */
  endPresence: () => void
  /** Decides about each call; may be replaced at any time. */
  fate: (call: CallName) => Fate
  /** A problem for the next call about an attempt, instead of an answer. */
  objection: ((call: 'report' | 'renew' | 'secrets') => ProblemError | undefined) | undefined
  /** What replies carry; `next` only those to a plan. */
  reply: { cancel?: string; next?: Offer }
  readonly known: Set<string>
  /** What every job may read. */
  secrets: Readonly<Record<string, string>>
  heartbeatMs: number
  attempt(id: string): HeardAttempt
  /** The log of all steps. */
  log(id: string): string
}

export async function openStandIn(runnerToken: string): Promise<StandIn> {
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  const attempts = new Map<string, HeardAttempt>()
  const attempt = (id: string) => {
    const heard = attempts.get(id) ?? { events: [], logs: new Map() }
    attempts.set(id, heard)
    return heard
  }
  const standIn: Omit<StandIn, 'url'> = {
    kept: serveKeptBlobs(server),
    registrations: [],
    calls: [],
    endPresence: () => undefined,
    fate: () => 'served',
    objection: undefined,
    reply: {},
    known: new Set(),
    secrets: {},
    heartbeatMs: 5_000,
    attempt,
    log: (id) => Buffer.concat([...attempt(id).logs.values()]).toString(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  const serve = <R extends Route>(name: CallName, route: R, answer: (call: RouteCall<R>) => unknown) =>
    serveRoute(server, route, {
      tokens: { runner: runnerToken },
      answer: async (call) => {
        standIn.calls.push(name)
        const fate = standIn.fate(name)
        if (fate === 'refused') throw problem('NOT_READY', 'The stand-in refuses')
        if (fate === 'cut-before') return cut(call)
        const answered = await answer(call)
        return fate === 'cut-after' ? cut(call) : (answered as never) // each route answers with its own reply
      },
    })
  serveRunners(standIn, serve)
  serveAttempts(standIn, serve)
  return Object.assign(standIn, { url: await server.listen() })
}

type Serve = <R extends Route>(name: CallName, route: R, answer: (call: RouteCall<R>) => unknown) => void

function serveRunners(standIn: Omit<StandIn, 'url'>, serve: Serve): void {
  serve('register', registerRunner, ({ body }) => {
    standIn.registrations.push(body)
    standIn.known.add(body.id)
    return { heartbeatMs: standIn.heartbeatMs }
  })
  serve('heartbeat', heartbeatRunner, ({ params }) => {
    if (!standIn.known.has(params.runnerId)) throw problem('RUNNER_UNKNOWN', 'never heard of it')
  })
  serve('presence', followRunner, async ({ params, reply }) => {
    if (!standIn.known.has(params.runnerId)) throw problem('RUNNER_UNKNOWN', 'never heard of it')
    const stream = new PassThrough()
    stream.write(': present\n\n')
    standIn.endPresence = () => stream.end()
    reply.raw.once('close', () => standIn.calls.push('presence-ended'))
    await reply.header('content-type', 'text/event-stream').send(stream)
  })
  serve('unregister', unregisterRunner, ({ params }) => void standIn.known.delete(params.runnerId))
}

function serveAttempts(standIn: Omit<StandIn, 'url'>, serve: Serve): void {
  serve('report', reportAttempt, ({ params, body }) => {
    const objection = standIn.objection?.('report')
    if (objection !== undefined) throw objection
    take(standIn.attempt(params.attemptId), body)
    const { cancel, next } = standIn.reply
    const reply: AttemptReply = cancel === undefined ? {} : { cancel }
    return body.plan !== undefined && next !== undefined ? { ...reply, next } : reply
  })
  serve('secrets', readSecrets, () => {
    const objection = standIn.objection?.('secrets')
    if (objection !== undefined) throw objection
    return { secrets: standIn.secrets }
  })
  serve('renew', renewAttempt, () => {
    const objection = standIn.objection?.('renew')
    if (objection !== undefined) throw objection
    return standIn.reply.cancel === undefined ? {} : { cancel: standIn.reply.cancel }
  })
}

/** Takes a report by the rules: no gap in the events, no gap in a log, a result only with the whole log. */
export function take(heard: HeardAttempt, { events, chunks, plan, result }: AttemptReport): void {
  for (const event of events) {
    const expected = heard.events.length + 1
    if (event.sequence > expected) throw problem('REPORT_GAP', 'a gap', { data: { expected } })
    if (event.sequence === expected) heard.events.push(event)
  }
  for (const step of new Set(chunks.map((chunk) => chunk.step))) {
    const parts = [heard.logs.get(step) ?? Buffer.alloc(0)]
    let expected = parts[0]?.length ?? 0
    for (const { offset, data } of chunks.filter((chunk) => chunk.step === step)) {
      if (offset > expected) throw problem('LOG_OFFSET_WRONG', 'a hole', { data: { step, expected } })
      const bytes = Buffer.from(data, 'base64').subarray(expected - offset)
      parts.push(bytes)
      expected += bytes.length
    }
    heard.logs.set(step, Buffer.concat(parts))
  }
  if (result === undefined) return
  const log = Buffer.concat([...heard.logs.values()])
  const sha256 = createHash('sha256').update(log).digest('hex')
  if (log.length !== result.log.bytes || sha256 !== result.log.sha256) throw problem('LOG_INCOMPLETE', 'not the log')
  heard.result ??= result
  if (plan !== undefined) heard.plan ??= plan
}

function cut({ request }: { readonly request: RouteCall<Route>['request'] }): never {
  request.raw.socket.destroy()
  throw problem('NOT_READY', 'The connection was cut')
}
