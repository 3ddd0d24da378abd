import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { EngineAddress } from './engine-address.ts'

export interface EngineQuestion {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Path and query of the Docker Engine API, without a version. */
  readonly path: string
  readonly body?: Buffer
  readonly signal: AbortSignal
}

export interface EngineAnswer {
  readonly status: number
  readonly body: string
}

/** One request of the Docker Engine API. Rejects with the error of the socket when nobody answers. */
export async function askEngine(
  address: EngineAddress,
  { method, path, body, signal }: EngineQuestion,
): Promise<EngineAnswer> {
  const headers = body === undefined ? {} : { 'content-type': 'application/x-tar', 'content-length': body.length }
  const { promise, resolve, reject } = Promise.withResolvers<EngineAnswer>()
  const asked = request({ ...address, method, path, headers, signal, agent: false }, (answer) => {
    text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject)
  })
  asked.on('error', reject)
  asked.end(body)
  return promise
}
