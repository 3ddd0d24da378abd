import { type ProblemError, problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import type { Sidecar, SidecarSpec } from '../engine.ts'
import type { AttemptBridges } from './attempt-bridges.ts'
import type { ContainerPlace } from './container-profile.ts'
import { createContainer } from './create-container.ts'
import type { DockerDeps } from './docker-deps.ts'
import { engineProblem, statusOf, textOf } from './engine-problem.ts'
import { lastLines } from './last-lines.ts'
import { removeContainer } from './remove.ts'
import { sidecarProfile } from './sidecar-profile.ts'
import { untilSidecarReady } from './until-sidecar-ready.ts'

export interface SidecarDeps extends DockerDeps {
  readonly place: ContainerPlace
  readonly bridges: AttemptBridges
  readonly signal: AbortSignal
}

/** Creates and starts a sidecar; when that fails or is aborted, nothing is left behind. */
export async function startSidecar(spec: SidecarSpec, deps: SidecarDeps): Promise<Sidecar> {
  const { images, bridges, place, clock, log, signal } = deps
  await using undo = new AsyncDisposableStack()
  const image = await images.describe(spec.image)

  const container = await createContainer(sidecarProfile(spec, place, image), deps)
  undo.defer(() =>
    removeContainer(container, clock).catch((error: unknown) =>
      log.error(
        { err: error, attemptId: place.attemptId },
        'A sidecar was left behind; it is removed at the next start',
      ),
    ),
  )
  await bridges.addSidecar(container, spec.host)
  await start(container, spec)
  signal.throwIfAborted()

  const owned = undo.move()
  return {
    untilReady: ({ signal }) => untilSidecarReady(container, { ...deps, spec, image, signal }),
    lastOutput: () => lastLines(container),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function start(container: Docker.Container, spec: SidecarSpec): Promise<void> {
  try {
    await container.start()
  } catch (error) {
    throw startProblem(error, spec)
  }
}

/** A program that is not there, or may not be started, is the image's fault. */
function startProblem(error: unknown, { host, image }: SidecarSpec): ProblemError {
  const isProgram = statusOf(error) === 400 || /starting container process|OCI runtime create/i.test(textOf(error))
  if (!isProgram) return engineProblem(error, `The sidecar ${host} was not started`)
  return problem('SIDECAR_ENDED', `The sidecar "${host}" (${image}) cannot be started: ${textOf(error)}`, {
    cause: error,
  })
}
