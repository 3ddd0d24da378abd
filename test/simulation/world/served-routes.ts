import type { HttpServer } from '@narwhal/host'
import { inBackground } from '../core/in-background.ts'
import { problem, problemOf } from '@narwhal/protocol'
import type { TSchema } from 'typebox'

/** A request as it comes over the simulated network. */
export interface Request {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface Answer {
  readonly status: number
  /** JSON, or the bytes of a stream. */
  readonly body: unknown
}

/** The routes of one life of a machine: what services mount as on a real port, called without one. */
export interface ServedRoutes {
  readonly server: HttpServer
  answer(request: Request): Promise<Answer>
}

type Validate = (given: unknown) => { readonly value?: unknown; readonly error?: unknown }

/** What is used of a route's options in fastify. */
interface RouteOptions {
  readonly method: string
  readonly url: string
  readonly schema?: Readonly<Record<'params' | 'querystring' | 'body', TSchema | undefined>>
  readonly validatorCompiler?: (schema: { schema: TSchema; httpPart: string }) => Validate
  readonly onRequest?: (request: object) => Promise<void>
  readonly handler: (request: object, reply: Reply) => unknown
  /** Of the part of the server in which it was mounted. */
  readonly around: Around
}

interface Around {
  readonly onRequest: ((request: object) => Promise<void>)[]
  onError?: (error: unknown, request: object, reply: Reply) => unknown
}

export function openServedRoutes(): ServedRoutes {
  const routes: RouteOptions[] = []
  const checks = new Map<string, () => string | Promise<string>>()
  const server = {
    app: openPart(routes, { onRequest: [] }),
    addReadiness: (name: string, check: () => string | Promise<string>) => void checks.set(name, check),
    listen: async () => '',
    [Symbol.asyncDispose]: async () => undefined,
  } as unknown as HttpServer // the part of fastify that services use
  return { server, answer: (request) => answer(routes, request) }
}

function openPart(routes: RouteOptions[], around: Around) {
  type Handler = RouteOptions['handler']
  const part = {
    route: (options: Omit<RouteOptions, 'around'>) => void routes.push({ ...options, around }),
    get: (url: string, handler: Handler) => void routes.push({ method: 'GET', url, handler, around }),
    post: (url: string, _options: object, handler: Handler) =>
      void routes.push({ method: 'POST', url, handler, around }),
    register: (mount: (inner: object) => unknown) => void mount(openPart(routes, { onRequest: [...around.onRequest] })),
    addHook(name: string, what: (request: object) => Promise<void>) {
      if (name === 'onRequest') around.onRequest.push(what)
      if (name === 'onListen') inBackground(what({}))
    },
    setErrorHandler: (onError: NonNullable<Around['onError']>) => void (around.onError = onError),
    removeAllContentTypeParsers: () => undefined,
    addContentTypeParser: () => undefined,
  }
  return part
}

async function answer(routes: readonly RouteOptions[], request: Request): Promise<Answer> {
  const reply = new Reply()
  try {
    const found = find(routes, request)
    const asked = { ...request, url: request.path, raw: { headers: request.headers, once: () => undefined } }
    try {
      for (const first of found.route.around.onRequest) await first(asked)
      await found.route.onRequest?.({ ...asked, params: found.params })
      const checked = { ...asked, ...valid(found.route, { ...request, params: found.params }) }
      const returned = await found.route.handler(checked, reply)
      return await reply.whole(returned)
    } catch (error) {
      found.route.around.onError?.(error, asked, reply)
      throw error
    }
  } catch (error) {
    const wire = problemOf(error)
    return { status: wire.status, body: wire }
  }
}

interface Found {
  readonly route: RouteOptions
  readonly params: Readonly<Record<string, string>>
}

function find(routes: readonly RouteOptions[], { method, path }: Request): Found {
  const given = path.split('/')
  for (const route of routes) {
    if (route.method !== method) continue
    const params = paramsOf(partsOf(route.url), given)
    if (params !== undefined) return { route, params }
  }
  throw problem('NOT_FOUND', `${method} ${path} is no route`)
}

const patterns = new Map<string, readonly string[]>()

function partsOf(pattern: string): readonly string[] {
  const parts = patterns.get(pattern) ?? pattern.split('/')
  patterns.set(pattern, parts)
  return parts
}

function paramsOf(wanted: readonly string[], given: readonly string[]): Found['params'] | undefined {
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [place, part] of wanted.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = given[place] ?? ''
    else if (part !== given[place]) return undefined
  }
  return params
}

const validators = new WeakMap<TSchema, Validate>()

function valid(route: RouteOptions, given: Omit<Request, 'headers'> & { readonly params: unknown }) {
  const { params, querystring, body } = route.schema ?? { params: undefined, querystring: undefined, body: undefined }
  return {
    params: check(route, params, { given: given.params, httpPart: 'params' }),
    query: check(route, querystring, { given: given.query, httpPart: 'querystring' }),
    body: check(route, body, { given: given.body, httpPart: 'body' }),
  }
}

function check(
  { validatorCompiler }: RouteOptions,
  schema: TSchema | undefined,
  { given, httpPart }: { given: unknown; httpPart: string },
): unknown {
  if (schema === undefined || validatorCompiler === undefined) return given
  const validate = validators.get(schema) ?? validatorCompiler({ schema, httpPart })
  validators.set(schema, validate)
  const { value, error } = validate(given)
  if (error !== undefined) throw error
  return value
}

/** What is used of a reply of fastify. */
class Reply {
  sent = false
  readonly raw = { headersSent: false, destroyed: false, once: () => undefined, setTimeout: () => undefined }
  #status = 200
  #body: unknown

  code(status: number): this {
    this.#status = status
    return this
  }

  header(): this {
    return this
  }

  send(body: unknown): this {
    this.sent = true
    this.#body = body
    return this
  }

  async whole(returned: unknown): Promise<Answer> {
    const body = this.sent ? this.#body : returned
    const isStream = typeof body === 'object' && body !== null && Symbol.asyncIterator in body
    if (!isStream) return { status: this.#status, body }
    const pieces: Uint8Array[] = []
    for await (const piece of body as AsyncIterable<Uint8Array>) pieces.push(piece) // the log route sends bytes
    return { status: this.#status, body: Buffer.concat(pieces) }
  }
}
