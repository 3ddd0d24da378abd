import type { Counter, HttpServer } from '@narwhal/host'
import { problem, problemOf } from '@narwhal/protocol'
import { answerDelivery, type DeliveryDeps } from './answer-delivery.ts'
import { limitLargeBodies } from './limit-large-bodies.ts'

export interface WebhookDeps extends DeliveryDeps {
  readonly server: HttpServer
  readonly answers: Counter<'answer'>
}

/** GitHub sends nothing larger. */
const maxBodyBytes = 25 * 1024 * 1024

/** Mounts POST /webhooks/github, with parsers of its own that leave the body as the bytes that came. */
export function serveWebhooks({ server, answers, ...deps }: WebhookDeps): void {
  const checkLarge = limitLargeBodies()
  void server.app.register(async (app) => {
    app.removeAllContentTypeParsers()
    const types = ['application/json', 'application/x-www-form-urlencoded']
    app.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.addHook('onRequest', async ({ raw }) => {
      const encoding = raw.headers['content-encoding'] ?? 'identity'
      if (encoding !== 'identity') throw problem('UNSUPPORTED_MEDIA_TYPE', 'A delivery must not be compressed')
      checkLarge(raw)
    })
    app.setErrorHandler((error) => {
      answers.inc({ answer: refusals[statusOf(error)] ?? 'errored' })
      throw error // the error handler of the port writes it
    })
    app.post('/webhooks/github', { bodyLimit: maxBodyBytes }, async ({ headers, body: given }, reply) => {
      const body = Buffer.isBuffer(given) ? given : Buffer.alloc(0)
      const { answer, status, said } = await answerDelivery(headers, body, deps)
      answers.inc({ answer })
      return reply.code(status).send(said)
    })
  })
}

const refusals: Readonly<Record<number, string>> = {
  400: 'malformed',
  413: 'too_large',
  415: 'unsupported',
  503: 'unavailable',
}

function statusOf(error: unknown): number {
  const { statusCode } = error instanceof Error && 'statusCode' in error ? error : {}
  return typeof statusCode === 'number' ? statusCode : problemOf(error).status
}
