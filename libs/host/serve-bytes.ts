import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { problem, type Route, type RouteReply } from '@narwhal/protocol'
import type { FastifyReply } from 'fastify'
import { admitLongBody } from './client-errors.ts'
import type { HttpServer } from './http-server.ts'
import { type RouteCall, type RouteTokens, serveRoute } from './serve-route.ts'

// 1. Backpressure: no more of a body is read than `take` takes, no more of a source than the caller reads.
// 2. A body has no limit in time, but one in bytes; a connection on which nothing moves for a minute is given up.
// 3. A body whose sender is gone ends with an error, a source whose reader is gone is ended: nobody works for nobody.

/** A route whose good answer is no JSON: nothing, or bytes. */
export type BytesRoute = Route & { readonly reply?: undefined }

/** How a route takes bytes. */
export interface ServeUploadOptions<R extends BytesRoute> {
  readonly tokens: RouteTokens
  /** A longer body is refused with BODY_TOO_LARGE. */
  readonly maxBytes: number
  /** Takes the body, or answers without it. `source` throws when the body breaks off or is too long. */
  readonly take: (call: RouteCall<R> & { readonly source: AsyncIterable<Uint8Array> }) => Promise<void>
}

/** Bytes to answer with. */
export interface BytesAnswer {
  readonly bytes: number
  readonly type: string
  readonly source: AsyncIterable<Uint8Array>
  /** Name under which a browser saves them. */
  readonly fileName?: string
}

/** How a route answers bytes. */
export interface ServeDownloadOptions<R extends BytesRoute> {
  readonly tokens: RouteTokens
  readonly answer: (call: RouteCall<R>) => Promise<BytesAnswer>
}

const stallLimitMs = 60_000

/** How long the rest of a body that nobody wants is let through, in milliseconds. */
const lingerMs = 5_000

/** Mounts a route whose body are bytes, `application/octet-stream`. */
export function serveUpload<R extends BytesRoute>(server: HttpServer, route: R, options: ServeUploadOptions<R>): void {
  const { tokens, maxBytes, take } = options
  server.app.register(async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/octet-stream', (_request, _body, done) => done(null))
    serveRoute({ ...server, app }, route, {
      tokens,
      answer: async (call) => {
        const body = call.request.raw
        using _long = admitLongBody(body.socket)
        body.socket.setTimeout(stallLimitMs)
        try {
          await take({ ...call, source: readBody(body, maxBytes) })
        } finally {
          if (!body.complete) letGo(body)
        }
        return nothing<R>()
      },
    })
  })
}

/** Mounts a route that answers bytes. */
export function serveDownload<R extends BytesRoute>(
  server: HttpServer,
  route: R,
  { tokens, answer }: ServeDownloadOptions<R>,
): void {
  serveRoute(server, route, {
    tokens,
    answer: async (call) => {
      await sendBytes(call.reply, await answer(call))
      return nothing<R>()
    },
  })
}

async function* readBody(body: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  const tooLarge = () => problem('BODY_TOO_LARGE', `the body has more than ${maxBytes} bytes`)
  if (Number(body.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  let bytes = 0
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length
      if (bytes > maxBytes) throw tooLarge()
      yield chunk
    }
  } catch (error) {
    throw body.destroyed && !body.complete ? problem('BAD_REQUEST', 'the body broke off', { cause: error }) : error
  }
  body.socket.setTimeout(0) // all is here: what is made of it may take its time
}

/** Node reads on and keeps nothing, so that whoever still sends hears the answer. But not for ever. */
function letGo(body: IncomingMessage): void {
  const limit = AbortSignal.timeout(lingerMs)
  limit.addEventListener('abort', () => void (body.complete || body.socket.destroy()), { once: true })
}

async function sendBytes(reply: FastifyReply, { bytes, type, source, fileName }: BytesAnswer): Promise<void> {
  reply
    .header('content-type', type)
    .header('content-length', bytes)
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
  if (fileName !== undefined) reply.header('content-disposition', `attachment; filename="${fileName}"`)
  reply.raw.setTimeout(stallLimitMs)
  await reply.send(Readable.from(source))
}

/** What a route without a reply answers. */
function nothing<R extends BytesRoute>(): RouteReply<R> {
  return undefined as RouteReply<R> // `void`, which the compiler cannot see through R
}
