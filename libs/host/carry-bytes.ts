import { Readable } from 'node:stream'
import { problem, type Route } from '@narwhal/protocol'
import type { Agent, Dispatcher } from 'undici'
import { problemFrom, unreachable } from './answer-problem.ts'
import { type CallOptions, requestRoute, urlOf } from './request-route.ts'

// 1. No limit on the whole: bytes take as long as they take. What stands still for `timeoutMs` is given up.
// 2. Backpressure: no more of a source is read than the connection takes, no more of an answer than its reader.

/** Bytes, at once or as they come. */
export type ByteSource = AsyncIterable<Uint8Array> | Uint8Array

const stallLimitMs = 60_000

/** Longest text of a problem that is read, in bytes. */
const problemLimitBytes = 1024 * 1024

/** Sends bytes; see `HttpClient`. */
export async function upload<R extends Route>(
  agent: Agent,
  route: R,
  options: CallOptions<R> & { readonly source: ByteSource },
): Promise<void> {
  const { signal, source, timeoutMs: stallMs = stallLimitMs } = options
  const url = urlOf(route, options)
  const watched = watch(source)
  const type = 'application/octet-stream'
  try {
    const answer = await requestRoute(agent, route, { call: options, type, content: watched.content, signal, stallMs })
    const text = await readText(answer)
    if (answer.statusCode >= 300) throw problemFrom(text, answer, url)
    if (text !== '') throw problem('UNREACHABLE', `${url} answers what Narwhal does not`, { data: { sent: true } })
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    if (watched.failure !== undefined) throw watched.failure.reason
    throw unreachable(error, url)
  }
}

/** The bytes of an answer; see `HttpClient`. */
export async function download<R extends Route>(
  agent: Agent,
  route: R,
  options: CallOptions<R>,
): Promise<AsyncIterable<Uint8Array>> {
  const { signal, timeoutMs: stallMs = stallLimitMs } = options
  const url = urlOf(route, options)
  try {
    const answer = await requestRoute(agent, route, { call: options, type: '', content: null, signal, stallMs })
    if (answer.statusCode !== 200) throw problemFrom(await readText(answer), answer, url)
    return readBytes(answer, url, signal)
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw unreachable(error, url)
  }
}

async function* readBytes(
  { body }: Dispatcher.ResponseData,
  url: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw unreachable(error, url)
  }
}

async function readText({ body }: Dispatcher.ResponseData): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > problemLimitBytes) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The source as a body, with what it threw: undici says it in words of its own. */
function watch(source: ByteSource): Watched {
  if (source instanceof Uint8Array) return { content: source, failure: undefined }
  let failure: { readonly reason: unknown } | undefined
  async function* read(from: AsyncIterable<Uint8Array>) {
    try {
      yield* from
    } catch (reason) {
      failure = { reason }
      throw reason
    }
  }
  return {
    content: Readable.from(read(source)),
    get failure() {
      return failure
    },
  }
}

interface Watched {
  readonly content: Uint8Array | Readable
  readonly failure: { readonly reason: unknown } | undefined
}
