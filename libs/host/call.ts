import {
  catalogue,
  type ProblemCode,
  problem,
  type Problem,
  type Route,
  type RouteInput,
  type RouteReply,
} from '@narwhal/protocol'
import { Compile } from 'typebox/compile'
import { Agent, type Dispatcher, request } from 'undici'

/** Keeps connections to other services and makes typed calls. */
export interface HttpClient extends AsyncDisposable {
  /**
   * Calls a route.
   *
   * @throws {ProblemError} the problem that the other side answered; UNREACHABLE when no whole answer of the route came
   *   (`data.sent` is false when the request certainly never arrived).
   */
  call<R extends Route>(route: R, options: CallOptions<R>): Promise<RouteReply<R>>
}

/** Where to call, and what the route takes. */
export type CallOptions<R extends Route> = {
  readonly baseUrl: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Limit for the whole answer in milliseconds; 10 s unless given. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
} & Given<R, 'params'> &
  Given<R, 'query'> &
  Given<R, 'body'>

type Given<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends object
  ? { readonly [P in K]: RouteInput<R>[K] }
  : { readonly [P in K]?: undefined }

/** Opens connections as they are needed, and keeps them. */
export function openHttpClient(): HttpClient {
  const agent = new Agent({ connections: 32, keepAliveTimeout: 10_000, connect: { timeout: 5_000 } })
  return {
    call: (route, options) => call(agent, route, options),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

async function call<R extends Route>(agent: Agent, route: R, options: CallOptions<R>): Promise<RouteReply<R>> {
  const { baseUrl, token, headers, body, timeoutMs = 10_000, signal } = options
  const url = baseUrl.replace(/\/+$/, '') + pathOf(route.path, options.params) + queryOf(options.query)
  const limit = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method: route.method,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw problemFrom(text, answer, url)
    const reply: unknown = text === '' ? undefined : JSON.parse(text)
    if (!fitsReply(route, reply))
      throw problem('UNREACHABLE', `${url} answers what Narwhal does not`, { data: { sent: true } })
    return reply as RouteReply<R> // checked on the line above
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw unreachable(error, url)
  }
}

function pathOf(path: string, params: unknown): string {
  const values: Readonly<Record<string, unknown>> = typeof params === 'object' && params !== null ? { ...params } : {}
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values[name])))
}

function queryOf(query: unknown): string {
  if (typeof query !== 'object' || query === null) return ''
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return search.size === 0 ? '' : `?${search}`
}

const replyChecks = new WeakMap<Route, (reply: unknown) => boolean>()

/** Whether something between us, or another program at that address, has answered in the place of the route. */
function fitsReply(route: Route, reply: unknown): boolean {
  const check = replyChecks.get(route) ?? replyCheck(route)
  replyChecks.set(route, check) // compiling takes milliseconds, checking microseconds
  return check(reply)
}

function replyCheck({ reply: schema }: Route): (reply: unknown) => boolean {
  if (schema === undefined) return (reply) => reply === undefined
  const validator = Compile(schema)
  return (reply) => validator.Check(reply)
}

function problemFrom(text: string, { statusCode }: Dispatcher.ResponseData, url: string): Error {
  const wire = statusCode < 400 ? undefined : parseProblem(text)
  if (wire === undefined)
    return problem('UNREACHABLE', `${url} answered ${statusCode} without a problem document`, { data: { sent: true } })
  return problem(
    wire.code,
    wire.detail.split('\n')[0] ?? wire.title,
    wire.data === undefined ? {} : { data: wire.data },
  )
}

function parseProblem(text: string): (Problem & { code: ProblemCode }) | undefined {
  try {
    const wire = JSON.parse(text) as Problem & { code: ProblemCode } // checked on the next line
    return typeof wire.code === 'string' && wire.code in catalogue && typeof wire.detail === 'string' ? wire : undefined
  } catch {
    return undefined
  }
}

/** Errors that come before a connection stands: the other side cannot have seen the request. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function unreachable(error: unknown, url: string): unknown {
  if (error instanceof Error && error.name === 'ProblemError') return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return problem('UNREACHABLE', `${url} does not answer (${code || String(error)})`, {
    cause: error,
    data: { sent: !neverSent.has(code) },
  })
}
