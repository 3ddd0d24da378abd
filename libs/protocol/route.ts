import type { Static, TSchema } from 'typebox'

/** Who may call: anybody, a holder of the API token, a runner (its token), or the holder of one attempt's token. */
export type RouteAuth = 'none' | 'api' | 'runner' | 'attempt'

/** A route is data: server, client, validation and OpenAPI come from it. Paths carry `:name` parameters. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly summary: string
  readonly auth: RouteAuth
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  /** Of a JSON body; absent: 1 MiB. */
  readonly maxBodyBytes?: number
  /** The body of the answer; absent: the answer has none (204), or the route writes it itself. */
  readonly reply?: TSchema
  /** The status of a good answer; absent: 200, or 204 without a reply. */
  readonly status?: number
}

type Part<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends TSchema ? Static<R[K]> : undefined

/** What a call of a route carries. */
export interface RouteInput<R extends Route> {
  readonly params: Part<R, 'params'>
  readonly query: Part<R, 'query'>
  readonly body: Part<R, 'body'>
}

/** What a call of a route answers. */
export type RouteReply<R extends Route> = R['reply'] extends TSchema ? Static<R['reply']> : void
