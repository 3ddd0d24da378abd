import { createServer } from 'node:http'
import { isProblem, type Route } from '@narwhal/protocol'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { newToken, openHttpClient, openHttpServer, openMetrics, serveRoute, silentLog } from '../index.ts'

const echo = {
  method: 'POST',
  path: '/v1/echo/:name',
  summary: 'Echoes',
  auth: 'api',
  params: Type.Object({ name: Type.String({ maxLength: 20 }) }),
  query: Type.Object({ times: Type.Integer({ minimum: 1, default: 1 }) }),
  body: Type.Object({ text: Type.String() }, { additionalProperties: false }),
  reply: Type.Object({ text: Type.String() }),
} as const satisfies Route

async function openEcho() {
  const api = newToken()
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  serveRoute(server, echo, {
    tokens: { api },
    answer: async ({ params, query, body }) => ({ text: `${params.name}: ${body.text.repeat(query.times)}` }),
  })
  const client = openHttpClient()
  const baseUrl = await server.listen()
  return {
    baseUrl,
    api,
    call: (text: string, times: number, token = api) =>
      client.call(echo, { baseUrl, token, params: { name: 'ada' }, query: { times }, body: { text } }),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('a typed call reaches its route and comes back', async () => {
  await using service = await openEcho()

  const answer = await service.call('hi', 2)

  expect(answer.text).toBe('ada: hihi')
})

test('a wrong token is UNAUTHORIZED', async () => {
  await using service = await openEcho()

  const answer = service.call('hi', 1, newToken())

  await expect(answer).rejects.toSatisfy((error) => isProblem(error, 'UNAUTHORIZED'))
})

test.each([
  ['a body with an unknown key', '{"text":"a","more":1}', 400, 'BAD_REQUEST'],
  ['a body of a wrong type', '{"text":3}', 400, 'BAD_REQUEST'],
  ['a body that is no JSON', '{"text":', 400, 'BAD_JSON'],
  ['a body that is too large', JSON.stringify({ text: 'x'.repeat(2_000_000) }), 413, 'BODY_TOO_LARGE'],
])('%s gets a problem', async (_name, body, status, code) => {
  await using service = await openEcho()

  const answer = await fetch(`${service.baseUrl}/v1/echo/ada`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.api}`, 'content-type': 'application/json' },
    body,
  })

  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ code, status })
})

test('a service that is not there is UNREACHABLE, and says that nothing was sent', async () => {
  await using client = openHttpClient()

  const answer = client.call(echo, {
    baseUrl: 'http://127.0.0.1:1',
    params: { name: 'ada' },
    query: { times: 1 },
    body: { text: 'hi' },
  })

  await expect(answer).rejects.toMatchObject({ code: 'UNREACHABLE', data: { sent: false } })
})

const silent = { method: 'POST', path: '/v1/silent', summary: 'Says nothing', auth: 'none' } as const satisfies Route

test.each([
  ['a redirect', 302, ''],
  ['a redirect with a problem in it', 302, '{"code":"NOT_FOUND","detail":"x"}'],
  ['a page of somebody else', 200, '<html>log in</html>'],
  ['JSON that is not the reply', 200, '{"text":3}'],
  ['nothing', 204, ''],
])('%s is no answer of the route', async (_, status, body) => {
  await using elsewhere = await openElsewhere(status, body)
  await using client = openHttpClient()
  const params = { baseUrl: elsewhere.url, params: { name: 'ada' }, query: { times: 1 }, body: { text: 'hi' } }

  const answer = client.call(echo, params)

  await expect(answer).rejects.toMatchObject({ code: 'UNREACHABLE', data: { sent: true } })
})

test('a route without a reply is answered by nothing, not by a page', async () => {
  await using empty = await openElsewhere(204, '')
  await using page = await openElsewhere(200, '"welcome"')
  await using client = openHttpClient()

  await client.call(silent, { baseUrl: empty.url })

  await expect(client.call(silent, { baseUrl: page.url })).rejects.toMatchObject({ code: 'UNREACHABLE' })
})

test('the URL of an IPv6 address can be called', async () => {
  await using server = openHttpServer({ host: '::1', port: 0, log: silentLog(), metrics: openMetrics() })

  const url = await server.listen()

  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

/** Something that answers everything alike. */
async function openElsewhere(status: number, body: string) {
  const listening = createServer((_, response) => response.writeHead(status, { location: '/' }).end(body))
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const address = listening.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`,
    async [Symbol.asyncDispose]() {
      listening.closeAllConnections()
      await new Promise((resolve) => listening.close(resolve))
    },
  }
}
