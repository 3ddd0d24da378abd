import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { newToken, openHttpClient, systemClock } from '@narwhal/host'
import { expect, onTestFinished, test } from 'vitest'
import { followLog } from '../api/follow-log.ts'
import { readEvents } from '../api/read-events.ts'
import { attempt, build, job, passed } from './build-views.ts'
import { runCommand } from './open-test-narwhal.ts'

const signal = new AbortController().signal

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

/** Answers each request in turn, or every one. */
async function openStandIn(answers: readonly Answer[] | Answer) {
  const lastIds: (string | undefined)[] = []
  const standIn = createServer((request, response) => {
    const answer = typeof answers === 'function' ? answers : answers[lastIds.length]
    lastIds.push(request.headers['last-event-id']?.toString())
    if (typeof answers === 'function') response.setHeader('content-type', 'application/json')
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

const event = (behind: string, data: object) => `id: ${behind}\ndata: ${JSON.stringify(data)}\n\n`
const end = 'event: end\ndata: {}\n\n'

test('a log that breaks off is followed from the byte where it broke', async () => {
  const { api, lastIds } = await openStandIn([
    (_, response) =>
      response.writeHead(200).write(event('2:5', { offset: 0, text: 'hello' }), () => response.destroy()),
    (_, response) => response.writeHead(503).end('not now'),
    (_, response) => response.writeHead(200).end(`: waiting\n\n${event('2:7', { offset: 5, base64: '/wo=' })}${end}`),
  ])

  const pieces: Uint8Array[] = []
  for await (const piece of followLog(api, { jobId: 'a-job', attempt: 2, signal })) pieces.push(piece)

  expect(Buffer.concat(pieces)).toEqual(Buffer.from([...Buffer.from('hello'), 0xff, 0x0a]))
  expect(lastIds).toEqual([undefined, '2:5', '2:5'])
})

test('behind an attempt that was lost the next one is followed from its beginning', async () => {
  const lost = attempt({ state: 'lost' })
  const second = attempt({ number: 2 })
  const ended = job({ ...passed, attempts: [lost, { ...second, ...passed }] })
  const logs = new Map([
    ['1', `${event('1:6', { offset: 0, text: 'begin\n' })}event: end\ndata: {"offset":6,"state":"lost"}\n\n`],
    ['2', `${event('2:6', { offset: 0, text: 'again\n' })}${end}`],
  ])
  const views = [job({ attempts: [attempt()] }), job({ attempts: [lost] }), job({ attempts: [lost, second] }), ended]
  const asked: (string | null)[] = []
  const { api } = await openStandIn((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://stand-in')
    if (pathname.startsWith('/v1/builds/')) return response.end(JSON.stringify(build({ jobs: [ended] })))
    if (!pathname.endsWith('/log')) return response.end(JSON.stringify(views.length > 1 ? views.shift() : views[0]))
    asked.push(searchParams.get('attempt'))
    return response.end(logs.get(searchParams.get('attempt') ?? ''))
  })
  const env = { NARWHAL_DISPATCHER_URL: api.at.baseUrl, NARWHAL_API_TOKEN: newToken() }

  const { output, remarks } = await runCommand(['log', '-f', job().id], env)

  expect(asked).toEqual(['1', '2'])
  expect(output).toBe('begin\nagain\n')
  expect(remarks).toBe('build: attempt 2 begins\npassed')
})

test('a first connection that fails is an error', async () => {
  const { api } = await openStandIn([(_, response) => response.writeHead(500).end('broken')])

  const first = followLog(api, { jobId: 'a-job', attempt: 2, signal }).next()

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
