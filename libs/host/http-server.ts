import { isProblem, problem, type ProblemCode, problemOf } from '@narwhal/protocol'
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify'
import { endBrokenRequest } from './client-errors.ts'
import type { Log } from './log.ts'
import { Histogram, latencyBuckets, type Registry } from './metrics.ts'
import { equalTokens } from './tokens.ts'

/** One listening port. Services mount their routes on it before `listen`. */
export interface HttpServer extends AsyncDisposable {
  readonly app: FastifyInstance
  /** Adds a line to /readyz: `check` answers 'ready', or why not. */
  addReadiness(name: string, check: () => string | Promise<string>): void
  /** Starts to listen; the URL it is reached at on this machine. */
  listen(): Promise<string>
}

/** Where to listen, and what the server tells of itself. */
export interface HttpServerOptions {
  readonly host: string
  readonly port: number
  readonly log: Log
  readonly metrics: Registry
  /** /metrics from another machine needs this token. */
  readonly apiToken?: string
}

/** How long requests that are under way may take once the server closes, in milliseconds. */
const closeLimitMs = 3_000

/** A bounded HTTP server with problems as errors, /healthz, /readyz and /metrics. */
export function openHttpServer(options: HttpServerOptions): HttpServer {
  const loggerInstance: FastifyBaseLogger = options.log
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    bodyLimit: 1024 * 1024,
    requestTimeout: 10_000,
    http: { connectionsCheckingInterval: 1_000, headersTimeout: 10_000 },
    connectionTimeout: 0,
    keepAliveTimeout: 30_000,
    routerOptions: { maxParamLength: 512 },
    exposeHeadRoutes: false,
    clientErrorHandler: endBrokenRequest,
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, fromFastify(error) ?? error),
  })
  app.removeContentTypeParser('text/plain')
  const checks = new Map<string, () => string | Promise<string>>()
  addErrors(app)
  addHealth(app, checks)
  addMetrics(app, options)
  return {
    app,
    addReadiness: (name, check) => void checks.set(name, check),
    listen: () => listen(app, options),
    [Symbol.asyncDispose]: () => close(app),
  }
}

async function listen(app: FastifyInstance, { host, port }: HttpServerOptions): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw problem('PORT_TAKEN', `${host}:${port} cannot be listened on`, { cause: error })
  }
  const address = app.server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return `http://${reachableHost(host)}:${actual}`
}

/** An address to listen on everywhere is none to connect to. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/**
 * Lets requests that are under way be answered, but not for ever: one that somebody has begun and does not end
 * would keep the service from ending.
 */
async function close(app: FastifyInstance): Promise<void> {
  const limit = AbortSignal.timeout(closeLimitMs)
  limit.addEventListener('abort', () => app.server.closeAllConnections(), { once: true })
  await app.close()
}

/** When to ask again what could not be done now. */
const retryAfterSeconds = 10

/** Writes an error as a problem document. */
export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const wire = problemOf(error)
  if (wire.status === 503) reply.header('retry-after', String(retryAfterSeconds))
  return reply.code(wire.status).header('content-type', 'application/problem+json').send(JSON.stringify(wire))
}

function addErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = isProblem(error) ? error : fromFastify(error)
    if (known === undefined || problemOf(known).status >= 500)
      request.log.error({ err: error, url: request.routeOptions.url }, 'request failed')
    return sendProblem(reply, known ?? error)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, problem('NOT_FOUND', `${request.method} ${request.url.slice(0, 200)} is no route`)),
  )
}

function fromFastify(error: FastifyError): Error | undefined {
  const codes: Readonly<Record<string, ProblemCode>> = {
    FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
    FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
    FST_ERR_CTP_EMPTY_JSON_BODY: 'BAD_JSON',
    FST_ERR_CTP_INVALID_JSON_BODY: 'BAD_JSON',
  }
  const code = codes[error.code]
  if (code !== undefined) return problem(code, error.message)
  if (error instanceof SyntaxError) return problem('BAD_JSON', error.message)
  return error.statusCode !== undefined && error.statusCode < 500 ? problem('BAD_REQUEST', error.message) : undefined
}

function addHealth(app: FastifyInstance, checks: ReadonlyMap<string, () => string | Promise<string>>): void {
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const states = await Promise.all([...checks].map(async ([name, check]) => [name, await check()] as const))
    const ready = states.every(([, state]) => state === 'ready')
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(states) })
  })
}

function addMetrics(app: FastifyInstance, { metrics, apiToken }: HttpServerOptions): void {
  const duration = new Histogram({
    name: 'narwhal_http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: latencyBuckets,
    registers: [metrics],
  })
  app.addHook('onResponse', async (request, reply) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: String(reply.statusCode),
    }
    duration.observe(labels, reply.elapsedTime / 1000)
  })
  app.get('/metrics', async (request, reply) => {
    const given = request.headers.authorization?.replace(/^Bearer /i, '') ?? ''
    const allowed = isLoopback(request.ip) || (apiToken !== undefined && equalTokens(given, apiToken))
    if (!allowed) throw problem('UNAUTHORIZED', '/metrics from another machine needs the API token')
    return reply.header('content-type', metrics.contentType).send(await metrics.metrics())
  })
}

function isLoopback(ip: string): boolean {
  return ip === '::1' || /^(::ffff:)?127\./.test(ip)
}
