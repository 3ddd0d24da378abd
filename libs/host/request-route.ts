import type { Readable } from 'node:stream'
import type { Route, RouteInput } from '@narwhal/protocol'
import { type Agent, type Dispatcher, request } from 'undici'

/** Where to call, and what the route takes. */
export type CallOptions<R extends Route> = {
  readonly baseUrl: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Limit for the whole answer in milliseconds; 10 s unless given. Of bytes: for the time in which none moves; 60 s. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
} & Given<R, 'params'> &
  Given<R, 'query'> &
  Given<R, 'body'>

type Given<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends object
  ? { readonly [P in K]: RouteInput<R>[K] }
  : { readonly [P in K]?: undefined }

/** What goes into a request, and how long it may stand still. */
export interface Sending {
  readonly type: string
  readonly content: string | Uint8Array | Readable | null
  readonly signal?: AbortSignal | undefined
  /** Longest time without a byte, in milliseconds. */
  readonly stallMs?: number
}

/** The URL of a call. */
export function urlOf(route: Route, { baseUrl, params, query }: CallOptions<Route>): string {
  return baseUrl.replace(/\/+$/, '') + pathOf(route.path, params) + queryOf(query)
}

/** Sends one request; the answer with its body unread. */
export function requestRoute(
  agent: Agent,
  route: Route,
  { call, type, content, signal, stallMs }: Sending & { readonly call: CallOptions<Route> },
): Promise<Dispatcher.ResponseData> {
  const { token, headers } = call
  return request(urlOf(route, call), {
    dispatcher: agent,
    method: route.method,
    headers: {
      ...headers,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(content === null ? {} : { 'content-type': type }),
    },
    body: content,
    ...(signal === undefined ? {} : { signal }),
    ...(stallMs === undefined ? {} : { headersTimeout: stallMs, bodyTimeout: stallMs }),
  })
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
