import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Clock,
  type HttpServer,
  newToken,
  openHttpServer,
  openMetrics,
  silentLog,
  systemClock,
} from '@narwhal/host'
import { type CommitMessage, commitsTopic } from '@narwhal/protocol'
import { openQueue, type Queue } from '@narwhal/queue'
import type { Inbox } from '../inbox.ts'
import { openAgentInbox, startAgent } from '../service.ts'
import type { SweepOptions } from '../sweep/start-sweep.ts'
import type { LookAtHeads, Watched } from '../watch-repository.ts'

export interface TestAgentOptions {
  /** Where the inbox is; a directory of its own unless given. */
  readonly data?: string
  readonly secrets?: readonly string[]
  readonly limitBytes?: number
  /** `memory:` unless given. */
  readonly queue?: Queue
  readonly inbox?: Inbox
  readonly clock?: Clock
  readonly watched?: readonly Watched[]
  /** `github.com` unless given. */
  readonly forgeHost?: string
  readonly sweep?: SweepOptions
  readonly lookAtHeads?: LookAtHeads
}

/** A whole agent on a port of its own, with a subscriber that remembers what came through the queue. */
export async function openTestAgent(options: TestAgentOptions = {}) {
  const {
    secrets = [newToken()],
    limitBytes = 1024 ** 3,
    clock = systemClock,
    watched = [],
    forgeHost = 'github.com',
  } = options
  await using undo = new AsyncDisposableStack()
  const data = options.data ?? undo.use(await openDirectory()).path
  const inbox = undo.use(options.inbox ?? (await openAgentInbox(data, { limitBytes, clock })))
  const queue = undo.use(options.queue ?? (await openQueue('memory:', { clock: systemClock })))
  const metrics = openMetrics()
  const log = silentLog()
  const server: HttpServer = openHttpServer({ host: '127.0.0.1', port: 0, log, metrics })
  const { sweep, lookAtHeads } = options
  const sweeping = { ...(sweep && { sweep }), ...(lookAtHeads && { lookAtHeads }) }
  const deps = { ...sweeping, server, queue, inbox, clock, log, metrics, webhookSecrets: secrets, forgeHost, watched }
  undo.use(await startAgent(deps))
  undo.use(server)
  const baseUrl = await server.listen()
  const messages = undo.use(takeMessages(queue))
  const owned = undo.move()
  return {
    baseUrl,
    inbox,
    queue,
    messages: messages.taken,
    secret: secrets[0] ?? '',
    deliver: (body: string | Buffer, given: DeliveryOptions = {}) =>
      deliver(baseUrl, body, { secret: secrets[0] ?? '', ...given }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export interface DeliveryOptions {
  readonly event?: string
  readonly id?: string
  readonly secret?: string
  /** A header with the value undefined is left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** Posts a signed delivery as GitHub does. */
export async function deliver(baseUrl: string, body: string | Buffer, options: DeliveryOptions) {
  const { event = 'push', id = randomUUID(), secret = '', headers = {} } = options
  const all: Readonly<Record<string, string | undefined>> = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': id,
    'x-hub-signature-256': sign(body, secret),
    ...headers,
  }
  const given = Object.entries(all).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  )
  const answer = await fetch(`${baseUrl}/webhooks/github`, {
    method: 'POST',
    headers: given,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

export function sign(body: string | Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

export interface PushOptions {
  readonly ref?: string
  readonly sha?: string
  readonly before?: string
}

/** The body of a push; each call gives another sha unless one is given. */
export function pushBody({ ref = 'refs/heads/main', sha = anySha(), before = '0'.repeat(40) }: PushOptions = {}) {
  const repository = { id: 186853002, name: 'hello', owner: { login: 'octo', name: 'octo' } }
  const head = { id: sha, message: 'Greet', author: { name: 'Ada' } }
  return JSON.stringify({ ref, before, after: sha, deleted: false, repository, head_commit: head })
}

export function anySha(): string {
  return randomUUID().replaceAll('-', '').padEnd(40, '0')
}

export async function openDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'narwhal-agent-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Subscribes as the dispatcher does. */
export function takeMessages(queue: Queue) {
  const stop = new AbortController()
  const taken: CommitMessage[] = []
  const taking = queue.take(
    commitsTopic,
    'dispatcher',
    async (batch) => void taken.push(...batch.map(({ body }): CommitMessage => JSON.parse(body))),
    { signal: stop.signal },
  )
  return {
    taken,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await taking
    },
  }
}
