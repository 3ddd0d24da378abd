import { catalogue, type Ending, isProblem, type ProblemCode, problem } from '@narwhal/protocol'

/** How an attempt ends that was stopped by `error`: what happened, and what to do about it. */
export function endingOf(error: unknown): Ending {
  const { code, message } = isProblem(error) ? error : unexpected(error)
  return { outcome: outcomeOf(code), code, message: `${message}\n${catalogue[code].fix}`.slice(0, 65_536) }
}

/** Codes whose status does not say whose fault it is. */
const exceptions: Partial<Readonly<Record<ProblemCode, Ending['outcome']>>> = {
  CANCELLED: 'cancelled',
  SECRETS_UNTRUSTED: 'failed',
  CLONE_URL_INVALID: 'errored', // the word of the runner's owner
}

/** 422: the user's own files or commands said no. Every other code says that Narwhal could not find out. */
function outcomeOf(code: ProblemCode): Ending['outcome'] {
  return exceptions[code] ?? (catalogue[code].status === 422 ? 'failed' : 'errored')
}

/** An error that nobody expected. Of its text only what cannot hold a secret is shown. */
function unexpected(error: unknown) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return problem('DISK_FULL', 'The runner could not write to its disk.')
  return problem('RUNNER_ERROR', `Something that the runner did not expect stopped the job${code && ` (${code})`}.`)
}
