import { randomBytes } from 'node:crypto'
import type { Cluster } from './start-cluster.ts'
import { signedDelivery } from './signed-push.ts'

const largeBytes = 26 * 1024 * 1024

/** A port with the most interesting address on it, and what a caller who knows the secret would send there. */
export interface Target {
  readonly name: string
  readonly url: string
  readonly path: string
  /** Headers of somebody who may call, for a body. */
  readonly right: (body: string) => Readonly<Record<string, string>>
  /** The same with a wrong token or signature, and what it is answered. */
  readonly wrong: (body: string) => Readonly<Record<string, string>>
  readonly refused: number
}

/** One target for each service. */
export function targetsOf({ agent, dispatcher, runners, reporter, tokens }: Cluster): readonly Target[] {
  const bearer = (token: string) => () => ({ 'content-type': 'application/json', authorization: `Bearer ${token}` })
  const signed = (secret: string) => (body: string) => signedDelivery(body, secret).headers
  const json = () => ({ 'content-type': 'application/json' })
  const wrong = bearer('x'.repeat(43))
  const secrets = { agent: signed(tokens.webhook), api: bearer(tokens.api), runner: bearer(tokens.runner) }
  const anyone = { right: json, wrong: json, refused: 404 } // it has no address that takes anything
  const named = (name: string, path: string) => ({ name, path })
  return [
    {
      ...named('agent', '/webhooks/github'),
      url: agent.url,
      right: secrets.agent,
      wrong: signed('y'.repeat(43)),
      refused: 401,
    },
    { ...named('dispatcher', '/v1/builds'), url: dispatcher.url, right: secrets.api, wrong, refused: 401 },
    { ...named('dispatcher', '/v1/runners'), url: dispatcher.url, right: secrets.runner, wrong, refused: 401 },
    ...runners.map(({ url }) => ({
      ...named('runner', '/v1/offers'),
      ...{ url, right: secrets.runner, wrong, refused: 401 },
    })),
    { ...named('reporter', '/v1/anything'), url: reporter.url, ...anyone },
  ]
}

/** A request whose body has a length. */
export function* request(
  target: Target,
  headers: Readonly<Record<string, string>>,
  body: Iterable<Uint8Array | string>,
) {
  const parts = [...body].map((part) => Buffer.from(part))
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  yield head(target, { ...headers, 'content-length': String(length) })
  yield* parts
}

/** A request that says only at the end how long its body was. */
export function* chunkedRequest(target: Target, headers: Readonly<Record<string, string>>, body: Iterable<Uint8Array>) {
  yield head(target, { ...headers, 'transfer-encoding': 'chunked' })
  for (const part of body) {
    yield `${part.length.toString(16)}\r\n`
    yield part
    yield '\r\n'
  }
  yield '0\r\n\r\n'
}

/** 26 MB in pieces. */
export function* largeBody() {
  const piece = Buffer.alloc(64 * 1024, 'a')
  for (let sent = 0; sent < largeBytes; sent += piece.length) yield piece
}

/** Bytes that are no HTTP, of many lengths. */
export function noise(): readonly Uint8Array[] {
  return [1, 16, 1_000, 64 * 1024, 1024 * 1024].map((length) => randomBytes(length))
}

/** Texts that begin as HTTP and go on as something else. */
export const almostHttp: readonly string[] = [
  'GET / HTTP/9.9\r\n\r\n',
  'GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n',
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(200_000)}\r\n\r\n`,
  'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n',
  'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET /%ff%fe/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: x\r\n\r\n',
]

/** Bodies that are no JSON, or none of the right shape. */
export const badJson: readonly string[] = [
  '{"a":',
  'null',
  '[]',
  '"text"',
  '{"__proto__":{"admin":true}}',
  '['.repeat(10_000),
  '{"repository":{"a":[1]},"sha":12,"ref":null}',
  '\u0000\u0001',
  '',
]

function head({ path }: Target, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}
