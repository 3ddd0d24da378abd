import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { isProblem, type Route } from '@narwhal/protocol'
import { Type } from 'typebox'
import { expect, onTestFinished, test } from 'vitest'
import {
  newToken,
  openHttpClient,
  openHttpServer,
  openMetrics,
  type ServeDownloadOptions,
  serveDownload,
  serveUpload,
  type ServeUploadOptions,
  silentLog,
} from '../index.ts'

const params = Type.Object({ name: Type.String({ maxLength: 20 }) })
const put = { method: 'PUT', path: '/v1/bytes/:name', summary: 'Takes', auth: 'api', params } as const satisfies Route
const get = { method: 'GET', path: '/v1/bytes/:name', summary: 'Gives', auth: 'api', params } as const satisfies Route

type Take = ServeUploadOptions<typeof put>['take']
type Answer = ServeDownloadOptions<typeof get>['answer']

const takeAll: Take = async ({ source }) => void (await buffer(source))
const none: Answer = async () => ({ bytes: 0, type: 'text/plain', source: piecesOf([]) })

async function openBytes({ take = takeAll, answer = none }: { take?: Take; answer?: Answer }) {
  const api = newToken()
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  serveUpload(server, put, { tokens: { api }, maxBytes: 10_000_000, take })
  serveDownload(server, get, { tokens: { api }, answer })
  const baseUrl = await server.listen()
  const client = openHttpClient()
  onTestFinished(() => server[Symbol.asyncDispose]())
  onTestFinished(() => client[Symbol.asyncDispose]())
  return { server, client, baseUrl, api, at: { baseUrl, token: api, params: { name: 'ada' } } }
}

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

const piece = Buffer.alloc(65_536, 'x')

/** Pieces without end, with how many were asked for and whether the reader has ended. */
function endless() {
  const told = { given: 0, isEnded: false }
  async function* source() {
    try {
      for (;;) {
        told.given++
        yield piece
      }
    } finally {
      told.isEnded = true
    }
  }
  return { told, source: source() }
}

test.each([
  ['at once', () => piece],
  ['nothing', () => new Uint8Array()],
  ['piece by piece', () => piecesOf(Array.from({ length: 100 }, () => piece))],
  ['nothing, piece by piece', () => piecesOf([])],
])('bytes come as they were sent: %s', async (_, source) => {
  let sha256 = ''
  const { client, at } = await openBytes({
    take: async ({ source: taken }) =>
      void (sha256 = createHash('sha256')
        .update(await buffer(taken))
        .digest('hex')),
  })
  const sent = source()
  const whole = sent instanceof Uint8Array ? sent : await buffer(source() as AsyncIterable<Uint8Array>)

  await client.upload(put, { ...at, source: sent })

  expect(sha256).toBe(createHash('sha256').update(whole).digest('hex'))
})

test('bytes are answered with their length and their type', async () => {
  const { baseUrl, api, client, at } = await openBytes({
    answer: async () => ({
      bytes: 5,
      type: 'application/gzip',
      fileName: 'a.tar.gz',
      source: piecesOf([Buffer.from('hello')]),
    }),
  })

  const answer = await fetch(`${baseUrl}/v1/bytes/ada`, { headers: { authorization: `Bearer ${api}` } })

  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-length': '5',
    'content-type': 'application/gzip',
    'content-disposition': 'attachment; filename="a.tar.gz"',
    'x-content-type-options': 'nosniff',
  })
  expect((await buffer(await client.download(get, at))).toString()).toBe('hello')
})

test('a wrong token is refused before anything is read', async () => {
  const { told, source } = endless()
  const { client, at } = await openBytes({})

  const answer = client.upload(put, { ...at, token: newToken(), source })

  await expect(answer).rejects.toSatisfy((error) => isProblem(error, 'UNAUTHORIZED'))
  await expect.poll(() => told.isEnded).toBe(true)
})

test('a body that is too long is refused, whether it says so or not', async () => {
  const { client, at } = await openBytes({})
  const long = { told: endless(), bytes: Buffer.alloc(10_000_001) }

  const said = client.upload(put, { ...at, source: long.bytes })
  await expect(said).rejects.toSatisfy((error) => isProblem(error, 'BODY_TOO_LARGE'))

  const grown = client.upload(put, { ...at, source: long.told.source })
  await expect(grown).rejects.toSatisfy((error) => isProblem(error, 'BODY_TOO_LARGE'))
  await expect.poll(() => long.told.told.isEnded).toBe(true)
})

test('who sends on hears the answer, and is let finish', async () => {
  const { baseUrl, api } = await openBytes({})
  const headers = { authorization: `Bearer ${api}`, 'content-type': 'application/octet-stream' }
  const sending = request(`${baseUrl}/v1/bytes/ada`, { method: 'PUT', headers })
  const finished = once(sending, 'finish')

  sending.end(Buffer.alloc(60_000_000)) // more than any buffer on the way holds
  const [answer] = await once(sending, 'response')

  expect(answer.statusCode).toBe(413)
  answer.resume()
  await finished
})

test('an upload that is answered at once is not sent on', async () => {
  const { told, source } = endless()
  const { client, at } = await openBytes({ take: async () => undefined })

  await client.upload(put, { ...at, source })

  await expect.poll(() => told.isEnded).toBe(true)
  await client.upload(put, { ...at, source: piece }) // the client is as good as before
})

test('what the source throws ends the upload on both sides', async () => {
  const heard = Promise.withResolvers<unknown>()
  const { client, at } = await openBytes({
    take: async ({ source }) => void (await buffer(source).catch(heard.resolve)),
  })
  async function* broken() {
    yield piece
    throw new RangeError('the disk is gone')
  }

  const answer = client.upload(put, { ...at, source: broken() })

  await expect(answer).rejects.toThrow(RangeError)
  expect(await heard.promise).toMatchObject({ code: 'BAD_REQUEST', message: 'the body broke off' })
})

test('no more is read than the other side takes', async () => {
  const { told, source } = endless()
  const { client, at } = await openBytes({ answer: async () => ({ bytes: 1e12, type: 'text/plain', source }) })

  const bytes = await client.download(get, at)
  for await (const _ of bytes) break

  await expect.poll(() => told.isEnded).toBe(true)
  expect(told.given).toBeLessThan(1_000)
})

test('an answer that breaks off is no answer', async () => {
  async function* broken() {
    yield piece
    throw new RangeError('the disk is gone')
  }
  const { client, at } = await openBytes({
    answer: async () => ({ bytes: 2 * piece.length, type: 'text/plain', source: broken() }),
  })

  const bytes = await client.download(get, at)

  await expect(buffer(bytes)).rejects.toSatisfy((error) => isProblem(error, 'UNREACHABLE'))
})

test('an answer in which nothing moves is given up', async () => {
  async function* stuck() {
    yield piece
    await new Promise(() => undefined)
  }
  const { client, at } = await openBytes({ answer: async () => ({ bytes: 1e6, type: 'text/plain', source: stuck() }) })

  const bytes = await client.download(get, { ...at, timeoutMs: 50 })

  await expect(buffer(bytes)).rejects.toSatisfy((error) => isProblem(error, 'UNREACHABLE'))
})

test('an aborted download ends with the reason', async () => {
  const stop = new AbortController()
  const { told, source } = endless()
  const { client, at } = await openBytes({ answer: async () => ({ bytes: 1e12, type: 'text/plain', source }) })
  const bytes = await client.download(get, { ...at, signal: stop.signal })

  stop.abort(new RangeError('enough'))

  await expect(buffer(bytes)).rejects.toThrow('enough')
  await expect.poll(() => told.isEnded).toBe(true)
})

test('the time limit of requests is not for bytes', async () => {
  const begun = Promise.withResolvers<Socket>()
  const goOn = Promise.withResolvers<void>()
  const { server, client, at } = await openBytes({
    take: async ({ request, source }) => {
      begun.resolve(request.raw.socket)
      await buffer(source)
    },
  })
  async function* slow() {
    yield piece
    await goOn.promise
    yield piece
  }
  const answer = client.upload(put, { ...at, source: slow() })
  const late = Object.assign(new RangeError('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
  const socket = await begun.promise

  server.app.server.emit('clientError', late, socket) // as Node does when a request takes longer than `requestTimeout`
  goOn.resolve()
  await answer
  server.app.server.emit('clientError', late, socket)

  expect(socket.destroyed).toBe(true)
})

test('a body of another type is refused', async () => {
  const { baseUrl, api } = await openBytes({})

  const answer = await fetch(`${baseUrl}/v1/bytes/ada`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${api}`, 'content-type': 'application/json' },
    body: '{}',
  })

  expect(answer.status).toBe(415)
})
