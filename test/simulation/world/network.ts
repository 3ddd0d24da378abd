import type { CallOptions, HttpClient } from '@narwhal/host'
import { problem, type ProblemCode, type Route, type RouteReply } from '@narwhal/protocol'
import { type Life, type Mortal, never } from '../core/life.ts'
import type { World } from '../core/world.ts'
import type { Answer, Request, ServedRoutes } from './served-routes.ts'

// What may happen to a call: it does not arrive, arrives late or twice, its connection breaks, its answer is lost, the machine
// behind it is down, stands still, or dies while it answers. Whoever calls sees one of three things: an answer, that nobody was
// there (`sent: false`), or that nobody knows (`sent: true`).

/** Who calls: a life of a machine, or somebody outside who lives for ever. */
export type Caller = Pick<Life, 'later' | 'passes' | 'whenOver'> & { readonly machine: { readonly name: string } }

export interface Network {
  /** The client of a life. */
  clientOf(caller: Caller): HttpClient
  /** One exchange, as bytes see it. */
  exchange(caller: Caller, url: string, options: Exchange): Promise<Answer>
  /** `life` listens under the name of its machine, and under a name that it shares with others. */
  listen(life: Life, routes: ServedRoutes, shared?: string): void
  /** From now on the two do not reach each other; `one` alone: nobody reaches it. */
  part(one: string, other: string, ms: number): void
  /** Told of each answer as it leaves a machine. */
  onAnswered: (request: Request, answer: Answer) => void
}

export interface Exchange {
  readonly request: Request
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

interface Listening {
  readonly life: Life
  readonly routes: ServedRoutes
}

/** Presence streams are not part of this network: a runner waits for its own, and leases decide. */
function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

export function openNetwork(world: World): Network {
  const { timeline, trace, decisions } = world
  const hosts = new Map<string, Mortal>()
  const shared = new Map<string, Mortal[]>()
  const listening = new Map<Mortal, Listening>()
  const partedUntil = new Map<string, number>()

  function findHost(name: string): Mortal | undefined {
    const together = shared.get(name)
    if (together === undefined) return hosts.get(name)
    const up = together.filter((machine) => machine.life !== undefined) // a balancer knows who is down
    const [first, ...rest] = up.length > 0 ? up : together
    return first && world.chance.pick(`balance ${name}`, [first, ...rest])
  }

  function areParted(one: string, other: string): boolean {
    return (partedUntil.get([one, other].sort().join(' ')) ?? 0) > timeline.nowMs && !decisions.isCalm
  }

  const network: Network = {
    onAnswered: () => undefined,
    listen(life, routes, sharedName) {
      hosts.set(life.machine.name, life.machine)
      listening.set(life.machine, { life, routes })
      if (sharedName === undefined) return
      const together = shared.get(sharedName) ?? []
      if (!together.includes(life.machine)) shared.set(sharedName, [...together, life.machine])
    },
    part(one, other, ms) {
      decisions.count('partition')
      trace.say('network', `${one} and ${other} are parted for ${Math.round(ms)} ms`)
      partedUntil.set([one, other].sort().join(' '), timeline.nowMs + ms)
    },
    exchange(caller, url, options) {
      const host = url.slice('http://'.length)
      return new Promise((resolve, reject) => {
        const from = caller.machine.name
        const machine = findHost(host)
        const link = `${from}>${machine?.name ?? host}`
        const sending = { world, network, caller, link, options, resolve, reject }
        if (!caller.passes()) return
        const isParted = machine === undefined || areParted(from, machine.name)
        send(sending, isParted ? undefined : { machine, find: () => listening.get(machine) })
      })
    },
    clientOf: (caller) => ({
      call: (route, options) => call(network, caller, route, options),
      upload: () => never,
      download: (_route, { signal }) => untilAborted(signal),
      [Symbol.asyncDispose]: async () => undefined,
    }),
  }
  return network
}

interface Sending {
  readonly world: World
  readonly network: Network
  readonly caller: Caller
  readonly link: string
  readonly options: Exchange
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

interface Target {
  readonly machine: Mortal
  readonly find: () => Listening | undefined
}

/** @param target absent: what is sent goes nowhere. */
function send(sending: Sending, target: Target | undefined): void {
  const { world, network, caller, link, options, resolve, reject } = sending
  const { chance, decisions, trace } = world
  const { request, timeoutMs, signal } = options
  if (signal?.aborted) return reject(signal.reason)
  let isSettled = false
  const settle = (end: () => void) => {
    if (isSettled) return
    isSettled = true
    limit.cancel()
    signal?.removeEventListener('abort', onAbort)
    end()
  }
  const onAbort = () => settle(() => reject(signal?.reason))
  const unreachable = (why: string, sent: boolean) => () =>
    settle(() => reject(problem('UNREACHABLE', `${link} ${request.path} ${why}`, { data: { sent } })))
  const limit = caller.later(timeoutMs, unreachable('gives no answer', true))
  signal?.addEventListener('abort', onAbort, { once: true })
  const latency = () => 0.2 + chance.draw(link) * 3
  const label = `${request.method} ${request.path}`
  trace.say(link, label, 'detail')
  if (target === undefined || decisions.happens('request-lost', link)) return

  const arrive = () => {
    const there = target.find()
    if (target.machine.life === undefined || there?.life !== target.machine.life) {
      return void caller.later(latency(), unreachable('refuses connections', false))
    }
    const broken = there.life.whenOver(() => caller.later(latency(), unreachable('breaks off', true)))
    there.routes.answer(request).then((answer) => {
      if (!there.life.passes()) return
      broken()
      network.onAnswered(request, answer)
      if (decisions.happens('answer-lost', link)) return
      if (decisions.happens('reset', link)) return void caller.later(latency(), unreachable('breaks off', true))
      caller.later(latency(), () => settle(() => resolve(answer)))
    }, reject)
  }
  const deliver = (afterMs: number) => {
    const life = target.machine.life
    if (life === undefined) return void world.timeline.after(afterMs, arrive)
    life.later(afterMs, arrive)
    life.whenOver(() => caller.later(latency(), unreachable('breaks off', true)))
  }
  const lateMs = decisions.happens('delayed', link) ? chance.between(`late ${link}`, 100, 6_000) : 0
  deliver(latency() + lateMs)
  if (decisions.happens('doubled', link)) deliver(latency() + chance.between(`double ${link}`, 0, 4_000))
}

async function call<R extends Route>(
  network: Network,
  caller: Caller,
  route: R,
  options: CallOptions<R>,
): Promise<RouteReply<R>> {
  const {
    params,
    query,
    body,
    token,
    headers = {},
    timeoutMs = 10_000,
    signal,
  } = options as CallOptions<Route> & {
    readonly query?: object
    readonly params?: object
    readonly body?: unknown
  } // what every route may have
  const values = new Map(Object.entries(params ?? {}))
  const path = route.path.includes(':')
    ? route.path.replace(/:(\w+)/g, (_, name: string) => String(values.get(name)))
    : route.path
  const text = body === undefined ? '' : JSON.stringify(body)
  const request: Request = {
    method: route.method,
    path,
    headers: {
      ...headers,
      'content-length': String(Buffer.byteLength(text)),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    query: Object.fromEntries(Object.entries(query ?? {}).map(([key, value]) => [key, String(value)])),
    body: text === '' ? undefined : JSON.parse(text),
  }
  const answer = await network.exchange(caller, options.baseUrl, { request, timeoutMs, signal })
  if (answer.status >= 300) throw problemFrom(answer)
  const reply: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body))
  return reply as RouteReply<R> // the route's own answer
}

function problemFrom({ body }: Answer): unknown {
  const { code, detail, data } = body as { code: ProblemCode; detail: string; data?: Record<string, unknown> } // `problemOf` made it
  return problem(code, detail.split('\n')[0] ?? '', data === undefined ? {} : { data })
}
