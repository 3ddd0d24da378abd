import { catalogue, type Ending, isProblem, type ProblemCode, problem } from '@narwhal/protocol'

/** Codes that say: the user's own files or commands said no. Every other code says that Narwhal could not find out. */
const failures: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'STEP_FAILED',
  'TIMEOUT_TOTAL',
  'OUT_OF_MEMORY',
  'IMAGE_NOT_FOUND',
  'IMAGE_WITHOUT_SHELL',
  'PIPELINE_INVALID',
  'GIT_FILE_NOT_REGULAR',
  'GIT_FILE_TOO_LARGE',
])

/** How an attempt ends that was stopped by `error`: what happened, and what to do about it. */
export function endingOf(error: unknown): Ending {
  const { code, message } = isProblem(error) ? error : unexpected(error)
  return { outcome: outcomeOf(code), code, message: `${message}\n${catalogue[code].fix}`.slice(0, 65_536) }
}

function outcomeOf(code: ProblemCode): Ending['outcome'] {
  if (code === 'CANCELLED') return 'cancelled'
  return failures.has(code) ? 'failed' : 'errored'
}

/** An error that nobody expected. Of its text only what cannot hold a secret is shown. */
function unexpected(error: unknown) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return problem('DISK_FULL', 'The runner could not write to its disk.')
  return problem('RUNNER_ERROR', `Something that the runner did not expect stopped the job${code && ` (${code})`}.`)
}
