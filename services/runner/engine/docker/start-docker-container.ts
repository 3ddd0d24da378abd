import { chmod } from 'node:fs/promises'
import { type ProblemError, problem } from '@narwhal/protocol'
import type { Container, ContainerSpec } from '../engine.ts'
import { withoutShell } from './container-condition.ts'
import { containerProfile } from './container-profile.ts'
import { createContainer } from './create-container.ts'
import { dockerContainer } from './docker-container.ts'
import { engineProblem, textOf } from './engine-problem.ts'
import { ownedContainer } from './owned-container.ts'
import type { StartDeps } from './started-container.ts'

/** Creates and starts a container for steps; when that fails or is aborted, nothing is left behind. */
export async function startDockerContainer(spec: ContainerSpec, deps: StartDeps): Promise<Container> {
  const { images, place, signal } = deps
  await using undo = new AsyncDisposableStack()
  const [image] = await Promise.all([images.describe(spec.image), openToAnyUser(spec)])

  const container = await createContainer(containerProfile(spec, place), deps)
  undo.use(ownedContainer(container, deps))
  await container.start().catch((error: unknown) => {
    throw startProblem(error, spec.image)
  })
  signal.throwIfAborted()

  return dockerContainer(container, { ...deps, spec, image, owned: undo.move() })
}

/** Steps run as any user. Nobody else on the machine gets here: the directory above belongs to the runner, mode 0700. */
async function openToAnyUser({ workspacePath, spoolPath }: ContainerSpec): Promise<void> {
  try {
    await Promise.all([chmod(workspacePath, 0o777), chmod(spoolPath, 0o777)])
  } catch (error) {
    throw problem('RUNNER_ERROR', `The directories of the attempt cannot be opened: ${textOf(error)}`, { cause: error })
  }
}

function startProblem(error: unknown, image: string): ProblemError {
  if (/executable file not found|exec: "sh"/.test(textOf(error))) return withoutShell(image, error)
  return engineProblem(error, 'The container was not started')
}
