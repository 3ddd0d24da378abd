import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { openHttpClient, systemClock } from '@narwhal/host'
import { expect, onTestFinished, test } from 'vitest'
import { followLog } from '../api/follow-log.ts'
import { readEvents } from '../api/read-events.ts'

const signal = new AbortController().signal

/** Answers each request in turn. */
async function openStandIn(answers: readonly ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const lastIds: (string | undefined)[] = []
  const standIn = createServer((request, response) => {
    const answer = answers[lastIds.length]
    lastIds.push(String(request.headers['last-event-id']))
    answer?.(request, response)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void standIn.close())
  await once(standIn, 'listening')
  const address = standIn.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    api: { client: openHttpClient(), at: { baseUrl: `http://127.0.0.1:${port}`, token: 't' }, clock: systemClock },
    lastIds,
  }
}

const event = (behind: number, data: object) => `id: ${behind}\ndata: ${JSON.stringify(data)}\n\n`
const end = 'event: end\ndata: {}\n\n'

test('a log that breaks off is followed from the byte where it broke', async () => {
  const { api, lastIds } = await openStandIn([
    (_, response) => response.writeHead(200).write(event(5, { offset: 0, text: 'hello' }), () => response.destroy()),
    (_, response) => response.writeHead(503).end('not now'),
    (_, response) => response.writeHead(200).end(`: waiting\n\n${event(7, { offset: 5, base64: '/wo=' })}${end}`),
  ])

  const pieces: Uint8Array[] = []
  for await (const piece of followLog(api, { jobId: 'a-job', signal })) pieces.push(piece)

  expect(Buffer.concat(pieces)).toEqual(Buffer.from([...Buffer.from('hello'), 0xff, 0x0a]))
  expect(lastIds).toEqual(['0', '5', '5'])
})

test('a first connection that fails is an error', async () => {
  const { api } = await openStandIn([(_, response) => response.writeHead(500).end('broken')])

  const first = followLog(api, { jobId: 'a-job', signal }).next()

  await expect(first).rejects.toThrow(expect.objectContaining({ code: 'UNREACHABLE' }))
})

test('events may be cut anywhere', async () => {
  const bytes = Buffer.from(`: hi\n\nid: 3\nevent: end\ndata: ä\ndata: b\n\n`)
  async function* oneByOne() {
    for (const byte of bytes) yield Uint8Array.of(byte)
  }

  const events = await Array.fromAsync(readEvents(oneByOne()))

  expect(events).toEqual([{ type: 'end', id: '3', data: 'ä\nb' }])
})
