import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { newToken } from '@narwhal/host'
import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openDirectory, openTestAgent, pushBody, sign } from './open-test-agent.ts'

test('a signed push is accepted and its commit reaches the queue', async () => {
  await using agent = await openTestAgent()

  const answer = await agent.deliver(pushBody({ sha: 'a'.repeat(40) }))

  expect(answer.status).toBe(202)
  const { id } = JSON.parse(answer.text)
  await eventually(() => expect(agent.messages).toMatchObject([{ id, commit: { sha: 'a'.repeat(40) } }]))
  await eventually(async () => expect(await agent.inbox.depth()).toBe(0))
})

test('the message carries the keys of its delivery, the same from every agent', async () => {
  await using first = await openTestAgent()
  await using second = await openTestAgent({ secrets: [first.secret] })
  const body = pushBody()
  const id = randomUUID()

  await first.deliver(body, { id })
  await second.deliver(body, { id })

  const sha256 = createHash('sha256').update(body).digest('hex')
  await eventually(() => expect([first.messages.length, second.messages.length]).toEqual([1, 1]))
  const [one, other] = [first.messages[0], second.messages[0]]
  expect(one?.delivery).toEqual({ id, secretId: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown, sha256 })
  expect(other?.delivery).toEqual(one?.delivery)
  expect(other?.id).not.toBe(one?.id)
})

test('the form encoding is read, and the signature covers the form', async () => {
  await using agent = await openTestAgent()
  const form = new URLSearchParams({ payload: pushBody({ sha: 'b'.repeat(40) }) }).toString()

  const answer = await agent.deliver(form, { headers: { 'content-type': 'application/x-www-form-urlencoded' } })

  expect(answer.status).toBe(202)
  await eventually(() => expect(agent.messages).toMatchObject([{ commit: { sha: 'b'.repeat(40) } }]))
})

test('what no dispatcher would take is not accepted', async () => {
  await using agent = await openTestAgent({ forgeHost: '[::1]' })

  const answer = await agent.deliver(pushBody())

  expect(answer.status).toBe(400)
  expect(JSON.parse(answer.text)).toMatchObject({
    code: 'WEBHOOK_MALFORMED',
    detail: expect.stringContaining('/commit/repository/host of the push'),
  })
  expect(await agent.inbox.depth()).toBe(0)
})

test.each([
  ['missing', undefined],
  ['a sha1', 'sha1=0123456789012345678901234567890123456789'],
  ['of nobody', `sha256=${'0'.repeat(64)}`],
  ['over-long', `sha256=${'0'.repeat(6000)}`],
])('a signature that is %s gets 401 without a body', async (_name, signature) => {
  await using agent = await openTestAgent()

  const answer = await agent.deliver('{ not even JSON', { headers: { 'x-hub-signature-256': signature } })

  expect(answer).toMatchObject({ status: 401, text: '' })
})

test('a doubled signature header gets 401', async () => {
  await using agent = await openTestAgent()
  const body = pushBody()
  const line = `x-hub-signature-256: ${sign(body, agent.secret)}\r\n`

  const answer = await sendRaw(agent.baseUrl, `${requestHead(body)}${line}${line}\r\n${body}`)

  expect(answer).toMatch(/^HTTP\/1.1 401 /)
})

test('a header of a megabyte is refused, and the agent answers on', async () => {
  await using agent = await openTestAgent()
  const body = pushBody()

  const head = `${requestHead(body)}x-hub-signature-256: sha256=${'0'.repeat(1024 * 1024)}\r\n\r\n`
  const answer = await sendRaw(agent.baseUrl, head)

  expect(answer).toMatch(/^(HTTP\/1.1 4\d\d |$)/)
  expect((await agent.deliver(body)).status).toBe(202)
})

test('a flipped bit of a body in transit gets 401', async () => {
  await using agent = await openTestAgent()
  const body = Buffer.from(pushBody())
  const signature = sign(body, agent.secret)

  const statuses: number[] = []
  for (let bit = 3; bit < body.length * 8; bit += 61) {
    const flipped = Buffer.from(body)
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    statuses.push((await agent.deliver(flipped, { headers: { 'x-hub-signature-256': signature } })).status)
  }

  expect(new Set(statuses)).toEqual(new Set([401]))
  expect(await agent.inbox.depth()).toBe(0)
})

test.each([
  ['no JSON', '{"ref":', {}, 400, 'BAD_JSON'],
  ['no object', '[1]', {}, 400, 'WEBHOOK_MALFORMED'],
  ['empty', '', {}, 400, 'BAD_JSON'],
  ['a push without a ref', '{}', {}, 400, 'WEBHOOK_MALFORMED'],
  ['without a delivery id', pushBody(), { 'x-github-delivery': undefined }, 400, 'WEBHOOK_MALFORMED'],
  ['without an event', pushBody(), { 'x-github-event': undefined }, 400, 'WEBHOOK_MALFORMED'],
  [
    'a form without a payload',
    'a=b',
    { 'content-type': 'application/x-www-form-urlencoded' },
    400,
    'WEBHOOK_MALFORMED',
  ],
  ['of another type', pushBody(), { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['compressed', gzipSync(pushBody()), { 'content-encoding': 'gzip' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
])('a signed delivery that is %s gets a problem', async (_name, body, headers, status, code) => {
  await using agent = await openTestAgent()

  const answer = await agent.deliver(body, { headers })

  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.text)).toMatchObject({ code })
})

test('a body above 25 MB is refused before it has arrived', async () => {
  await using agent = await openTestAgent()
  const head = requestHead('').replace('content-length: 0', `content-length: ${26 * 1024 * 1024}`)

  const answer = await sendRaw(agent.baseUrl, `${head}\r\n`)

  expect(answer).toMatch(/^HTTP\/1.1 413 /)
})

test('a body above 25 MB that does not say its length is refused when it has grown too large', async () => {
  await using agent = await openTestAgent()
  const head = requestHead('').replace('content-length: 0', 'transfer-encoding: chunked')
  const chunk = `100000\r\n${'x'.repeat(1024 * 1024)}\r\n`

  const answer = await sendRaw(agent.baseUrl, `${head}\r\n${chunk.repeat(26)}`)

  expect(answer).toMatch(/^(HTTP\/1.1 413 |$)/)
  expect((await agent.deliver(pushBody())).status).toBe(202)
})

test('a body of 20 MB is taken', async () => {
  await using agent = await openTestAgent()
  const body = JSON.stringify({ ...JSON.parse(pushBody()), commits: 'x'.repeat(20 * 1024 * 1024) })

  const answer = await agent.deliver(body)

  expect(answer.status).toBe(202)
})

test('random bytes on the port close or are refused, and the agent answers on', async () => {
  await using agent = await openTestAgent()

  for (let round = 0; round < 20; round++) await sendRaw(agent.baseUrl, randomBytes(2000))
  for (let round = 0; round < 20; round++) {
    const answer = await agent.deliver(randomBytes(500))
    expect(answer.status).toBe(400)
  }

  expect((await agent.deliver(pushBody())).status).toBe(202)
})

test('a replayed delivery is a duplicate, under its own id or another, also after a restart', async () => {
  await using directory = await openDirectory()
  const secrets = [newToken()]
  const body = pushBody()
  const id = randomUUID()
  let first: string
  {
    await using agent = await openTestAgent({ data: directory.path, secrets })
    first = JSON.parse((await agent.deliver(body, { id })).text).id
    await eventually(async () => expect(await agent.inbox.depth()).toBe(0))
  }

  await using agent = await openTestAgent({ data: directory.path, secrets })
  const answers = [
    await agent.deliver(body, { id }),
    await agent.deliver(body),
    await agent.deliver(pushBody(), { id }),
  ]

  expect(answers.map(({ status, text }) => [status, JSON.parse(text)])).toEqual(
    answers.map(() => [200, { duplicate: first }]),
  )
  expect(agent.messages).toEqual([])
})

test('while a secret is changed, deliveries under both are taken', async () => {
  const secrets = [newToken(), newToken()]
  await using agent = await openTestAgent({ secrets })

  const answers = await Promise.all(secrets.map((secret) => agent.deliver(pushBody(), { secret })))

  expect(answers.map(({ status }) => status)).toEqual([202, 202])
})

test('a full inbox answers 503 and when to come again', async () => {
  await using agent = await openTestAgent({ limitBytes: 10 })

  const answer = await agent.deliver(pushBody())

  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('10')
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'INBOX_FULL' })
})

test('more than eight large bodies at once are asked to come again', async () => {
  await using agent = await openTestAgent()
  const head = requestHead('').replace('content-length: 0', `content-length: ${2 * 1024 * 1024}`)
  const open = Array.from({ length: 8 }, () => openRaw(agent.baseUrl, `${head}\r\n`))
  await Promise.all(open.map(({ connected }) => connected))

  await eventually(async () => expect(await sendRaw(agent.baseUrl, `${head}\r\n`)).toMatch(/^HTTP\/1.1 503 /))

  for (const { socket } of open) socket.destroy()
  const large = JSON.stringify({ ...JSON.parse(pushBody()), commits: 'x'.repeat(2 * 1024 * 1024) })
  await eventually(async () => expect((await agent.deliver(large)).status).toBe(202))
})

test('the metrics count deliveries by their answer', async () => {
  await using agent = await openTestAgent()
  const body = pushBody()
  await agent.deliver(body)
  await agent.deliver(body)
  await agent.deliver('{}', { event: 'ping' })
  await agent.deliver('{}', { secret: 'wrong' })
  await agent.deliver('{')
  await eventually(() => expect(agent.messages.length).toBe(1))

  const metrics = await (await fetch(`${agent.baseUrl}/metrics`)).text()

  for (const answer of ['accepted', 'duplicate', 'ignored', 'unauthorized', 'malformed'])
    expect(metrics).toContain(`narwhal_webhooks_total{answer="${answer}"} 1`)
  expect(metrics).toMatch(/narwhal_inbox_messages \d/)
})

/** The head of a signed request, without the signature and the empty line. */
function requestHead(body: string): string {
  return [
    'POST /webhooks/github HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'x-github-event: push',
    `x-github-delivery: ${randomUUID()}`,
    '',
  ].join('\r\n')
}

/** Sends bytes and gives what came back until the other side answered or closed. */
async function sendRaw(baseUrl: string, bytes: string | Buffer): Promise<string> {
  const { answered } = openRaw(baseUrl, bytes)
  return answered
}

function openRaw(baseUrl: string, bytes: string | Buffer) {
  const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1')
  const connected = new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
  const answered = new Promise<string>((resolve) => {
    socket.once('data', (data) => {
      resolve(data.toString('latin1'))
      socket.destroy()
    })
    socket.once('error', () => resolve(''))
    socket.once('close', () => resolve(''))
  })
  return { socket, connected, answered }
}
