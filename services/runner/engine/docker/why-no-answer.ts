import { textOf } from './engine-problem.ts'

/** Why an engine did not answer, with what to do where that is known. */
export function whyNoAnswer(error: unknown): string {
  const isDenied = error instanceof Error && 'code' in error && error.code === 'EACCES'
  const advice = '. The user of the runner must be in the group of the socket; with Docker Compose set DOCKER_GROUP'
  return isDenied ? `${textOf(error)}${advice}` : textOf(error)
}
