import { type Log, untilAborted } from '@narwhal/host'
import { isProblem, problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import type { BuiltImages } from '../engine.ts'
import { builtRepository, builtTag } from './built-tag.ts'
import { readProgress } from './engine-progress.ts'
import { engineProblem, statusOf, textOf } from './engine-problem.ts'
import { pushProblem } from './image-problem.ts'
import { pullImage } from './pull-image.ts'
import type { Logins } from './registry-logins.ts'

export interface BuiltImagesDeps {
  /** Without a timeout. */
  readonly streaming: Docker
  readonly logins: Logins
  readonly log: Log
}

/** See `BuiltImages`. */
export function dockerBuiltImages({ streaming: docker, logins, log }: BuiltImagesDeps): BuiltImages {
  return {
    async find(label, { tag, signal }) {
      signal.throwIfAborted()
      const local = await untilAborted(labelledImage(docker, builtTag(label), label), signal)
      if (local !== undefined || tag === undefined) return local
      try {
        await untilAborted(pullImage(docker, tag, { logins, signal }), signal)
      } catch (error) {
        if (signal.aborted || isProblem(error, 'ENGINE_GONE', 'DISK_FULL')) throw error
        log.debug({ err: error, tag }, 'an image that may have been built before was not found')
        return undefined
      }
      return untilAborted(labelledImage(docker, tag, label), signal)
    },
    async tag(image, tag, { signal }) {
      signal.throwIfAborted()
      const { repo, version } = partsOf(tag)
      if (repo.endsWith(builtRepository)) throw problem('ENGINE_REFUSED', `"${tag}" is a name that Narwhal keeps`)
      await docker
        .getImage(image)
        .tag({ repo, tag: version })
        .catch((error: unknown) => {
          throw engineProblem(error, `The image got no tag "${tag}"`)
        })
    },
    push: (tag, { signal }) => push(docker, tag, { logins, signal }),
    async remove(image, { signal }) {
      signal.throwIfAborted()
      const found = await inspect(docker, image)
      if (found !== undefined) await remove(docker, found.Id)
    },
  }
}

/** The digest of a present image, if it has the label. */
async function labelledImage(docker: Docker, image: string, label: string): Promise<string | undefined> {
  const found = await inspect(docker, image)
  const labels = Object.entries(found?.Config.Labels ?? {}).map(([key, value]) => `${key}=${value}`)
  return labels.includes(label) ? found?.Id : undefined
}

async function inspect(docker: Docker, image: string): Promise<Docker.ImageInspectInfo | undefined> {
  return docker
    .getImage(image)
    .inspect()
    .catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined
      throw engineProblem(error, `The image ${image} could not be looked for`)
    })
}

/** With all its tags. */
async function remove(docker: Docker, id: string): Promise<void> {
  await docker
    .getImage(id)
    .remove({ force: true })
    .catch((error: unknown) => {
      if (statusOf(error) !== 404) throw engineProblem(error, 'The image was not removed')
    })
}

async function push(
  docker: Docker,
  name: string,
  { logins, signal }: { logins: Logins; signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted()
  const { repo, version } = partsOf(name)
  const authconfig = logins.of(name) ?? { username: '', password: '', serveraddress: '' } // engines want one
  try {
    const progress = await docker.getImage(repo).push({ tag: version, authconfig, abortSignal: signal })
    for await (const { error } of readProgress(progress)) if (error !== undefined) throw pushProblem(name, error)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (isProblem(error)) throw error
    if (statusOf(error) === undefined) throw engineProblem(error, `The image ${name} could not be pushed`)
    throw pushProblem(name, textOf(error), error)
  }
}

/** `host:5000/owner/name:tag`, parted before its tag. */
function partsOf(name: string): { readonly repo: string; readonly version: string } {
  const [, repo = name, version = 'latest'] = /^(.+):([^/:]+)$/.exec(name) ?? []
  return { repo, version }
}
