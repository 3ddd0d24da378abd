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
export async function* readLog(api: Api, request: LogRequest): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const bytes of readLogBytes(api, request)) yield decoder.decode(bytes, { stream: true })
  yield decoder.decode()
}

/** The bytes of the log of a job. @throws {ProblemError} UNREACHABLE when the answer is none, or ends too early. */
export async function* readLogBytes(api: Api, { start = 0, ...request }: LogRequest): AsyncGenerator<Uint8Array> {
  const range: Record<string, string> = start === 0 ? {} : { range: `bytes=${start}-` }
  const body = await askForLog(api, request, range)
  try {
    yield* body
  } catch (cause) {
    request.signal.throwIfAborted()
    throw problem('UNREACHABLE', `The log of ${request.jobId} broke off`, { cause, data: { sent: true } })
  }
}

/** Sends one request for a log; the bytes of the answer as they come. */
export async function askForLog(
  { at }: Pick<Api, 'at'>,
  { jobId, attempt, signal }: Omit<LogRequest, 'start'>,
  headers: Readonly<Record<string, string>>,
): Promise<AsyncIterable<Uint8Array>> {
  const url = `${at.baseUrl}${getJobLog.path.replace(':jobId', jobId)}${attempt === undefined ? '' : `?attempt=${attempt}`}`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${at.token}`, ...headers }, signal }).catch(
    (cause: unknown) => {
      signal.throwIfAborted()
      throw problem('UNREACHABLE', `${at.baseUrl} does not answer`, { cause, data: { sent: false } })
    },
  )
  if (!answer.ok || answer.body === null)
    throw problem('UNREACHABLE', `${url} answered ${answer.status}: ${await answer.text()}`, { data: { sent: true } })
  return answer.body
}
