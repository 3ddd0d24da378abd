import { catalogue, type Problem, type ProblemCode, problem } from '@narwhal/protocol'
import type { Dispatcher } from 'undici'

/** The problem in an answer that is not a good one. */
export function problemFrom(
  text: string,
  { statusCode }: Pick<Dispatcher.ResponseData, 'statusCode'>,
  url: string,
): Error {
  const wire = statusCode < 400 ? undefined : parseProblem(text)
  if (wire === undefined)
    return problem('UNREACHABLE', `${url} answered ${statusCode} without a problem document`, { data: { sent: true } })
  return problem(
    wire.code,
    wire.detail.split('\n')[0] ?? wire.title,
    wire.data === undefined ? {} : { data: wire.data },
  )
}

/** UNREACHABLE for what went wrong on the way; a problem stays what it is. */
export function unreachable(error: unknown, url: string): unknown {
  if (error instanceof Error && error.name === 'ProblemError') return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return problem('UNREACHABLE', `${url} does not answer (${code || String(error)})`, {
    cause: error,
    data: { sent: !neverSent.has(code) },
  })
}

/** Errors that come before a connection stands: the other side cannot have seen the request. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function parseProblem(text: string): (Problem & { code: ProblemCode }) | undefined {
  try {
    const wire = JSON.parse(text) as Problem & { code: ProblemCode } // checked on the next line
    return typeof wire.code === 'string' && wire.code in catalogue && typeof wire.detail === 'string' ? wire : undefined
  } catch {
    return undefined
  }
}
