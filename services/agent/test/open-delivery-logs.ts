import { createVerify } from 'node:crypto'
import { openHttpServer, openMetrics, silentLog } from '@narwhal/host'

/** One try of a delivery, as the stand-in's log has it. */
export interface StandInDelivery {
  readonly guid: string
  readonly status: number
  readonly event?: string
  readonly at?: number
  readonly payload?: unknown
}

export interface DeliveryLogsOptions {
  /** Of the app; absent: there is none, and the logs are those of a webhook of `octo/hello`. */
  readonly publicKey?: string
  /** Rows of a page. */
  readonly pageSize?: number
}

/** GitHub's delivery logs on a port of its own: lists of tries, newest first, in pages, and what each was to deliver. */
export async function openDeliveryLogs({ publicKey, pageSize = 2 }: DeliveryLogsOptions = {}) {
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  const tries: StandInDelivery[] = []
  const asked: string[] = []
  const broken = new Set<string>()
  const path = publicKey === undefined ? '/repos/octo/hello/hooks/7' : '/app/hook'
  const isAllowed = (authorization = '') =>
    publicKey === undefined ? authorization === 'token secret-of-octo' : isSignedBy(publicKey, authorization)

  server.app.addHook('onRequest', async (request, reply) => {
    asked.push(request.url)
    if (!isAllowed(request.headers.authorization)) return reply.code(401).send({ message: 'Bad credentials' })
  })
  server.app.get('/repos/octo/hello/hooks', async () => [
    { id: 6, config: { url: 'https://elsewhere.example/hook' } },
    { id: 7, config: { url: 'https://ci.example/webhooks/github' } },
  ])
  server.app.get<{ Querystring: { cursor?: string } }>(`${path}/deliveries`, async ({ query }, reply) => {
    const rows = tries.map((row, place) => ({ ...row, place })).toReversed()
    const start = Number(query.cursor ?? 0)
    const next = start + pageSize
    if (next < rows.length) reply.header('link', `<${url}${path}/deliveries?cursor=${next}>; rel="next"`)
    return rows.slice(start, next).map(({ guid, status, event = 'push', at = 0, place }) => ({
      ...{ id: 1_000 + place, guid, event, status_code: status },
      delivered_at: new Date(at).toISOString(),
    }))
  })
  server.app.get<{ Params: { id: string } }>(`${path}/deliveries/:id`, async ({ params }, reply) => {
    const row = tries[Number(params.id) - 1_000]
    if (row === undefined || broken.has(row.guid)) return reply.code(500).send({ message: 'Unicorn' })
    return { id: Number(params.id), guid: row.guid, request: { headers: {}, payload: row.payload } }
  })
  const url = await server.listen()
  return { url, tries, asked, broken, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** Whether a JSON Web Token was signed with the private half of the key. */
function isSignedBy(publicKey: string, authorization: string): boolean {
  const [, content = '', signature = ''] = /^bearer ([\w-]+\.[\w-]+)\.([\w-]+)$/i.exec(authorization) ?? []
  return createVerify('RSA-SHA256').update(content).verify(publicKey, signature, 'base64url')
}
