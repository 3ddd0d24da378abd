import { isProblem, type ProblemError, problem } from '@narwhal/protocol'

/** What dockerode threw, as a problem. `doing` begins the sentence: "The container was not started". */
export function engineProblem(error: unknown, doing: string): ProblemError {
  if (isProblem(error)) return error
  const text = textOf(error)
  if (statusOf(error) === undefined) return problem('ENGINE_GONE', `${doing}: ${text}`, { cause: error })
  if (/no space left on device|disk quota exceeded/i.test(text)) {
    return problem('DISK_FULL', `${doing}: ${text}`, { cause: error })
  }
  if (/address pool|predefined address/i.test(text)) {
    return problem('ENGINE_NETWORKS_FULL', `${doing}: ${text}`, { cause: error })
  }
  return problem('ENGINE_REFUSED', `${doing}: ${text}`, { cause: error })
}

/** The HTTP status that the engine answered; `undefined` when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}

/** The engine's own words, without the prefix that dockerode puts before them. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const text = error.message.replace(/^\(HTTP code \d+\) .*? - /, '').trim()
  return 'code' in error && error.code === 'EACCES' ? `${text}. ${groupAdvice}` : text
}

const groupAdvice = 'The user of the runner must be in the group of the socket; with Docker Compose set DOCKER_GROUP'
