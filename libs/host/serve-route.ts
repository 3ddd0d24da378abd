import { problem, type Route, type RouteInput, type RouteReply } from '@narwhal/protocol'
import type { FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import type { HttpServer } from './http-server.ts'
import { equalTokens, hashToken, tokenPattern } from './tokens.ts'

/** The tokens that open routes; a route whose token is absent here stays closed. */
export interface RouteTokens {
  readonly api?: string
  readonly runner?: string
  /** SHA-256, in hex, of further tokens that open the `api` routes that are mounted with them. */
  readonly alsoApi?: readonly string[]
}

/** A request as it came in: headers, method, URL. */
export type HttpRequest = FastifyRequest

/** What a route's answer is made from. `token` is the bearer token, checked already but for attempts'. */
export interface RouteCall<R extends Route> extends RouteInput<R> {
  readonly token: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Mounts a route: authorisation, validation, status. `answer` returns the body; problems it throws become the error answer. */
export function serveRoute<R extends Route>(server: HttpServer, route: R, options: ServeOptions<R>): void {
  const { tokens, answer, admitLarge } = options
  const status = route.status ?? (route.reply === undefined ? 204 : 200)
  server.app.route({
    method: route.method,
    url: route.path,
    schema: schemaOf(route),
    ...(route.maxBodyBytes === undefined ? {} : { bodyLimit: route.maxBodyBytes }),
    validatorCompiler,
    onRequest: async (request) => {
      await authorize(route, tokens, request)
      if (admitLarge !== undefined && isLarge(request))
        await admitLarge({ params: request.params as RouteInput<R>['params'], token: bearer(request) }) // texts, as the path has them
    },
    handler: async (request, reply) => {
      const { params, query, body } = request
      const input = { params, query, body } as RouteInput<R> // validated against the route's own schemas
      const answered = await answer({ ...input, token: bearer(request), request, reply })
      if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) return reply
      return reply.code(status).send(answered)
    },
  })
}

/** Who may call a route, and what it answers. */
export interface ServeOptions<R extends Route> {
  readonly tokens: RouteTokens
  readonly answer: (call: RouteCall<R>) => Promise<RouteReply<R>>
  /** Asked before a body of more than 1 MiB is read, with parameters that nobody has checked yet; throws to refuse it. */
  readonly admitLarge?: (call: Pick<RouteCall<R>, 'params' | 'token'>) => Promise<void>
}

/** Also a body that does not say how long it is. */
function isLarge({ headers }: FastifyRequest): boolean {
  return !(Number(headers['content-length']) <= 1024 * 1024)
}

function schemaOf({ params, query, body }: Route): Record<string, TSchema> {
  return {
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { querystring: query }),
    ...(body === undefined ? {} : { body }),
  }
}

async function authorize(route: Route, tokens: RouteTokens, request: FastifyRequest): Promise<void> {
  if (route.auth === 'none') return
  const given = bearer(request)
  if (route.auth === 'attempt' && given !== '') return
  const expected = route.auth === 'attempt' ? undefined : tokens[route.auth]
  if (expected !== undefined && given !== '' && equalTokens(given, expected)) return
  const others = route.auth === 'api' && given !== '' ? (tokens.alsoApi ?? []) : []
  if (others.some((hash) => equalTokens(hashToken(given), hash))) return
  throw problem('UNAUTHORIZED', `${route.method} ${route.path} needs the ${route.auth} token`)
}

function bearer(request: FastifyRequest): string {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  return tokenPattern.test(given) ? given : ''
}

/** All parameters are texts; queries are texts that are converted; a body must already have the right types. */
const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema)
  const prepare = (given: unknown) =>
    httpPart === 'querystring' ? Value.Convert(schema, Value.Default(schema, given ?? {})) : given
  return (given: unknown) => {
    const value = prepare(given)
    if (validator.Check(value)) return { value }
    const [first] = validator.Errors(value)
    const where = `${httpPart ?? 'request'}${first?.instancePath ?? ''}`
    return { error: problem('BAD_REQUEST', `${where} ${first?.message ?? 'does not fit'}`) }
  }
}
