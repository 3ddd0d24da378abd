import { untilAborted } from '@narwhal/host'
import type { ProblemError } from '@narwhal/protocol'
import type Docker from 'dockerode'
import { engineProblem, statusOf } from './engine-problem.ts'
import { imageNotFound } from './image-problem.ts'
import { pullImage } from './pull-image.ts'
import type { Logins } from './registry-logins.ts'

/** The images of an engine. */
export interface Images {
  /**
   * Present, else pulled; calls for one image share a pull, which ends when the last of them is aborted.
   *
   * @returns the digest of its content.
   */
  provide(image: string, signal: AbortSignal): Promise<string>
  /**
   * What a present image says of itself.
   *
   * @throws IMAGE_NOT_FOUND, ENGINE_GONE.
   */
  describe(image: string): Promise<ImageDescription>
}

export interface ImageDescription {
  /** Of the manifest where the image came from a registry, else of its configuration. */
  readonly digest: string
  /** A name or number, perhaps with a group; '' is root. */
  readonly user: string
  readonly env: readonly string[]
  readonly hasHealthcheck: boolean
  /** That it exposes by TCP. */
  readonly ports: readonly number[]
}

interface Pull {
  readonly done: Promise<void>
  readonly stop: AbortController
  waiting: number
}

/** @param docker without a timeout: a pull may be silent for long. */
export function openImages(docker: Docker, logins: Logins): Images {
  const pulls = new Map<string, Pull>()

  const startPull = (image: string): Pull => {
    const stop = new AbortController()
    const done = pullImage(docker, image, { logins, signal: stop.signal }).finally(() => {
      if (pulls.get(image)?.stop === stop) pulls.delete(image)
    })
    const started = { done, stop, waiting: 0 }
    pulls.set(image, started)
    return started
  }
  const awaitPull = async (image: string, signal: AbortSignal): Promise<void> => {
    const shared = pulls.get(image) ?? startPull(image)
    shared.waiting++
    try {
      await untilAborted(shared.done, signal)
    } finally {
      shared.waiting--
      if (shared.waiting === 0 && pulls.get(image) === shared) pulls.delete(image)
      if (shared.waiting === 0) shared.stop.abort()
    }
  }

  return {
    async provide(image, signal) {
      signal.throwIfAborted()
      const present = pulls.has(image) ? undefined : await untilAborted(find(docker, image), signal)
      if (present !== undefined) return present.digest
      await awaitPull(image, signal)
      return (await untilAborted(describe(docker, image), signal)).digest
    },
    describe: (image) => describe(docker, image),
  }
}

async function find(docker: Docker, image: string): Promise<ImageDescription | undefined> {
  try {
    const found = await docker.getImage(image).inspect()
    return isId(image, found) ? undefined : descriptionOf(found, image)
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw lookupProblem(error, image)
  }
}

/** An image has many names, but by the beginning of its id everybody could name what belongs to others. */
function isId(image: string, { Id }: Docker.ImageInspectInfo): boolean {
  return /^(?:sha256:)?[0-9a-f]+$/.test(image) && Id.replace('sha256:', '').startsWith(image.replace('sha256:', ''))
}

async function describe(docker: Docker, image: string): Promise<ImageDescription> {
  try {
    return descriptionOf(await docker.getImage(image).inspect(), image)
  } catch (error) {
    throw lookupProblem(error, image)
  }
}

function lookupProblem(error: unknown, image: string): ProblemError {
  if (statusOf(error) === 400 || statusOf(error) === 404) return imageNotFound(image, error)
  return engineProblem(error, `The image ${image} could not be looked for`)
}

function descriptionOf({ Id, RepoDigests, Config }: Docker.ImageInspectInfo, image: string): ImageDescription {
  const repository = image.replace(/(?:@.*|:[^/]*)$/, '')
  const ofRepository = RepoDigests?.find((digest) => digest.startsWith(`${repository}@`))
  return {
    digest: ofRepository?.split('@')[1] ?? Id,
    user: Config.User,
    env: Config.Env ?? [],
    hasHealthcheck: (Config.Healthcheck?.Test?.[0] ?? 'NONE') !== 'NONE',
    ports: Object.keys(Config.ExposedPorts ?? {}).flatMap((port) =>
      /^\d+(?:\/tcp)?$/.test(port) ? [parseInt(port)] : [],
    ),
  }
}
