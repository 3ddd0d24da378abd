import { createHash } from 'node:crypto'
import { getJobLog, problem } from '@narwhal/protocol'
import type { Api } from './open-api.ts'

export interface LogRequest {
  readonly jobId: string
  /** The newest attempt unless told. */
  readonly attempt?: number
  /** First byte; 0 unless told. */
  readonly start?: number
  readonly signal: AbortSignal
}

/** The log of a job as text, whole or from a byte on; bytes that are no UTF-8 become `�`. */
export async function* readLog(api: Pick<Api, 'at'>, request: LogRequest): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const bytes of readLogBytes(api, request)) yield decoder.decode(bytes, { stream: true })
  yield decoder.decode()
}

/**
 * The bytes of the log of a job. One that is read whole is compared with what the dispatcher knows of it.
 *
 * @throws {ProblemError} UNREACHABLE when the answer is none, or ends too early; LOG_DAMAGED at the end.
 */
export async function* readLogBytes(
  api: Pick<Api, 'at'>,
  { start = 0, ...request }: LogRequest,
): AsyncGenerator<Uint8Array> {
  const range: Record<string, string> = start === 0 ? {} : { range: `bytes=${start}-` }
  const { body, headers } = await askForLog(api, request, range)
  const proof = proofOf(headers)
  try {
    for await (const bytes of body) {
      proof.take(bytes)
      yield bytes
    }
  } catch (cause) {
    request.signal.throwIfAborted()
    throw problem('UNREACHABLE', `The log of ${request.jobId} broke off`, { cause, data: { sent: true } })
  }
  if (start === 0 && !proof.isGood()) throw problem('LOG_DAMAGED', `The log of ${request.jobId} came with other bytes`)
}

/** Compares the stored bytes, behind which others may come, with the hash that the headers name; good where they name none. */
function proofOf(headers: Headers) {
  const expected = headers.get('narwhal-log-sha256')
  const hash = createHash('sha256')
  let left = Number(headers.get('narwhal-log-bytes') ?? 0)
  return {
    take(bytes: Uint8Array): void {
      hash.update(bytes.subarray(0, left))
      left = Math.max(0, left - bytes.length)
    },
    isGood: () => expected === null || (left === 0 && hash.digest('hex') === expected),
  }
}

export interface LogAnswer {
  readonly headers: Headers
  readonly body: AsyncIterable<Uint8Array>
}

/** Sends one request for a log; the bytes of the answer as they come. */
export async function askForLog(
  { at }: Pick<Api, 'at'>,
  { jobId, attempt, signal }: Omit<LogRequest, 'start'>,
  headers: Readonly<Record<string, string>>,
): Promise<LogAnswer> {
  const url = `${at.baseUrl}${getJobLog.path.replace(':jobId', jobId)}${attempt === undefined ? '' : `?attempt=${attempt}`}`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${at.token}`, ...headers }, signal }).catch(
    (cause: unknown) => {
      signal.throwIfAborted()
      throw problem('UNREACHABLE', `${at.baseUrl} does not answer`, { cause, data: { sent: false } })
    },
  )
  if (!answer.ok || answer.body === null)
    throw problem('UNREACHABLE', `${url} answered ${answer.status}: ${await answer.text()}`, { data: { sent: true } })
  return { headers: answer.headers, body: answer.body }
}
