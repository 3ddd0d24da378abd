import { problem } from '@narwhal/protocol'
import { engineProblem, statusOf, textOf } from './engine-problem.ts'

/** Whether the engine found its container, and nothing at the path. */
export function isAbsence(error: unknown): boolean {
  if (statusOf(error) === 404) return !isContainerGone(error)
  return statusOf(error) === 500 && /not a directory|no such file or directory/i.test(textOf(error))
}

/** Why files did not get out of a container, or into it. */
export function archiveProblem(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (!isContainerGone(error)) return engineProblem(error, 'Files of the container could not be moved')
  return problem('CONTAINER_GONE', 'The container of the attempt was removed while it was needed', { cause: error })
}

function isContainerGone(error: unknown): boolean {
  return statusOf(error) === 404 && /no such container: |no container with name or ID/i.test(textOf(error))
}
