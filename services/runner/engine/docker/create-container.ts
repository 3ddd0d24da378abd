import { randomUUID } from 'node:crypto'
import type { Log } from '@narwhal/host'
import { type ProblemError, problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import { engineProblem, statusOf, textOf } from './engine-problem.ts'
import { attemptLabel } from './labels.ts'
import { podmanProfile } from './podman-profile.ts'

/**
 * Creates a container. A size limit of its disk is left out where the engine's storage knows none.
 *
 * @throws IMAGE_NOT_FOUND, SIDECAR_ENDED (an image without a program), DISK_FULL, ENGINE_REFUSED, ENGINE_GONE.
 */
export async function createContainer(
  agreed: Docker.ContainerCreateOptions,
  { docker, isPodman, log }: { docker: Docker; isPodman: boolean; log: Log },
): Promise<Docker.Container> {
  const profile = isPodman ? podmanProfile(agreed) : agreed
  try {
    return await create(docker, profile)
  } catch (error) {
    if (!isUnlimited(error, profile)) throw createProblem(error, profile)
  }
  log.warn({ image: profile.Image }, 'The storage of the engine has no limits: a limit of disk is not kept')
  const { StorageOpt: _, ...HostConfig } = profile.HostConfig ?? {}
  return create(docker, { ...profile, HostConfig }).catch((error: unknown) => {
    throw createProblem(error, profile)
  })
}

function create(docker: Docker, profile: Docker.ContainerCreateOptions): Promise<Docker.Container> {
  const name = `narwhal-${profile.Labels?.[attemptLabel] ?? ''}-${randomUUID().slice(0, 8)}` // one attempt has several
  return docker.createContainer({ name, _query: { name }, _body: profile } as Docker.ContainerCreateOptions) // else dockerode puts it all in the URL
}

function isUnlimited(error: unknown, { HostConfig }: Docker.ContainerCreateOptions): boolean {
  return HostConfig?.StorageOpt !== undefined && /storage-opt|storage driver/i.test(textOf(error))
}

function createProblem(error: unknown, { Image }: Docker.ContainerCreateOptions): ProblemError {
  if (/no command specified/i.test(textOf(error))) {
    return problem('SIDECAR_ENDED', `The image ${Image} names no program to start`, { cause: error })
  }
  if (statusOf(error) !== 404) return engineProblem(error, 'The container was not created')
  return problem('IMAGE_NOT_FOUND', `The image ${Image} is not on this machine any more`, { cause: error })
}
