import { createHash } from 'node:crypto'
import { openHttpServer, openMetrics, silentLog } from '@narwhal/host'
import { expect, onTestFinished, test } from 'vitest'
import { readLog } from '../api/read-log.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Reads a log from a dispatcher on paper that answers `body` with these headers. */
async function read(body: string, headers: Readonly<Record<string, string>>, start = 0): Promise<string> {
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  server.app.get('/v1/jobs/:jobId/log', async (_, reply) => reply.headers(headers).send(body))
  const baseUrl = await server.listen()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const at = { baseUrl, token: 't' }
  let log = ''
  const request = { jobId: 'job', start, signal: AbortSignal.timeout(10_000) }
  for await (const piece of readLog({ at }, request)) log += piece
  return log
}

test('a log that came as it was written is read, with what stands behind it', async () => {
  const proof = { 'narwhal-log-bytes': '6', 'narwhal-log-sha256': sha256('hello\n') }

  expect(await read('hello\n', proof)).toBe('hello\n')
  expect(await read('hello\n[narwhal] The log ends here\n', proof)).toMatch(/^hello\n\[narwhal\]/)
  expect(await read('lo\n', proof, 3)).toBe('lo\n')
  expect(await read('growing', { 'narwhal-log-bytes': '7' })).toBe('growing')
})

test.each([
  ['other bytes', 'jello\n', '6'],
  ['too few bytes', 'hello\n', '12'],
])('a log that came with %s is a problem', async (_, body, bytes) => {
  const proof = { 'narwhal-log-bytes': bytes, 'narwhal-log-sha256': sha256('hello\n') }

  await expect(read(body, proof)).rejects.toMatchObject({ code: 'LOG_DAMAGED' })
})
