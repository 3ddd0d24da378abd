import { untilAborted } from '@narwhal/host'
import { isProblem, type ProblemError, problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import { engineProblem, statusOf, textOf } from './engine-problem.ts'

/** The images of an engine. */
export interface Images {
  /** Present, else pulled; calls for one image share a pull, which ends when the last of them is aborted. */
  provide(image: string, signal: AbortSignal): Promise<void>
  /**
   * The user that a present image names: a name or number, perhaps with a group; '' is root.
   *
   * @throws IMAGE_NOT_FOUND, ENGINE_GONE.
   */
  userOf(image: string): Promise<string>
}

interface Pull {
  readonly done: Promise<void>
  readonly stop: AbortController
  waiting: number
}

/** @param docker without a timeout: a pull may be silent for long. */
export function openImages(docker: Docker): Images {
  const pulls = new Map<string, Pull>()

  const startPull = (image: string): Pull => {
    const stop = new AbortController()
    const done = pull(docker, image, stop.signal).finally(() => {
      if (pulls.get(image)?.stop === stop) pulls.delete(image)
    })
    const started = { done, stop, waiting: 0 }
    pulls.set(image, started)
    return started
  }

  return {
    async provide(image, signal) {
      signal.throwIfAborted()
      if (!pulls.has(image) && (await untilAborted(isPresent(docker, image), signal))) return
      const shared = pulls.get(image) ?? startPull(image)
      shared.waiting++
      try {
        await untilAborted(shared.done, signal)
      } finally {
        shared.waiting--
        if (shared.waiting === 0 && pulls.get(image) === shared) pulls.delete(image)
        if (shared.waiting === 0) shared.stop.abort()
      }
    },
    async userOf(image) {
      const { Config } = await inspect(docker, image).catch((error: unknown) => {
        throw lookupProblem(error, image)
      })
      return Config.User
    },
  }
}

async function isPresent(docker: Docker, image: string): Promise<boolean> {
  try {
    await inspect(docker, image)
    return true
  } catch (error) {
    if (statusOf(error) === 404) return false
    throw lookupProblem(error, image)
  }
}

function lookupProblem(error: unknown, image: string): ProblemError {
  if (statusOf(error) === 400 || statusOf(error) === 404) return notFound(image, error)
  return engineProblem(error, `The image ${image} could not be looked for`)
}

function inspect(docker: Docker, image: string): Promise<Docker.ImageInspectInfo> {
  return docker.getImage(image).inspect()
}

async function pull(docker: Docker, image: string, signal: AbortSignal): Promise<void> {
  try {
    const progress = await docker.pull(image, { abortSignal: signal })
    progress.setEncoding('utf8')
    let text = ''
    for await (const part of progress) text += part
    const failure = /^\{"errorDetail":.*$/m.exec(text)?.[0]
    if (failure !== undefined) throw pullProblem(image, failure)
  } catch (error) {
    if (isProblem(error)) throw error
    if (statusOf(error) === undefined) throw engineProblem(error, `The image ${image} could not be pulled`)
    if (statusOf(error) === 400 || statusOf(error) === 404) throw notFound(image, error)
    throw pullProblem(image, textOf(error), error)
  }
}

function pullProblem(image: string, text: string, cause?: unknown): ProblemError {
  if (/manifest unknown|no matching manifest|unauthorized|access denied/i.test(text))
    return notFound(image, cause ?? text)
  const code = /no space left on device/i.test(text) ? 'DISK_FULL' : 'IMAGE_PULL_FAILED'
  return problem(code, `The image ${image} could not be pulled: ${text}`, { cause })
}

function notFound(image: string, answer: unknown): ProblemError {
  return problem('IMAGE_NOT_FOUND', `The image ${image} was not found: ${textOf(answer)}`, { cause: answer })
}
