import { isProblem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import { readProgress } from './engine-progress.ts'
import { engineProblem, statusOf, textOf } from './engine-problem.ts'
import { imageNotFound, pullProblem } from './image-problem.ts'
import type { Logins } from './registry-logins.ts'

/**
 * Pulls an image, whatever is here already.
 *
 * @throws IMAGE_NOT_FOUND, IMAGE_ACCESS_DENIED, IMAGE_PULL_FAILED, DISK_FULL, ENGINE_GONE.
 */
export async function pullImage(
  docker: Docker,
  image: string,
  { logins, signal }: { logins: Logins; signal: AbortSignal },
): Promise<void> {
  const authconfig = logins.of(image)
  try {
    const progress = await docker.pull(image, { abortSignal: signal, ...(authconfig && { authconfig }) })
    for await (const { error } of readProgress(progress)) if (error !== undefined) throw pullProblem(image, error)
  } catch (error) {
    if (isProblem(error)) throw error
    if (statusOf(error) === undefined) throw engineProblem(error, `The image ${image} could not be pulled`)
    if (statusOf(error) === 400 || statusOf(error) === 404) throw notThere(image, error)
    throw pullProblem(image, textOf(error), error)
  }
}

/** The engine answers 404 also for a repository that it may not see. */
function notThere(image: string, error: unknown) {
  const isRefused = /unauthori[sz]ed|authentication required/i.test(textOf(error))
  return isRefused ? pullProblem(image, textOf(error), error) : imageNotFound(image, error)
}
