import { randomUUID } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { type ProblemError, problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import type { Container, ContainerSpec } from '../engine.ts'
import { withoutShell } from './container-condition.ts'
import { containerProfile } from './container-profile.ts'
import { dockerContainer } from './docker-container.ts'
import type { DockerContainerDeps } from './docker-container-deps.ts'
import { engineProblem, statusOf, textOf } from './engine-problem.ts'
import { retireContainer } from './retire-container.ts'

/** Creates and starts the container of an attempt; when that fails or is aborted, nothing is left behind. */
export async function startDockerContainer(
  spec: ContainerSpec,
  deps: DockerContainerDeps,
  signal: AbortSignal,
): Promise<Container> {
  const { docker, networks, log } = deps
  signal.throwIfAborted()
  await using undo = new AsyncDisposableStack()
  const [user] = await Promise.all([deps.userOf(spec.image), openToAnyUser(spec)])

  const network = await networks.take(spec.runnerId)
  undo.defer(() => networks.giveBack(network, spec.runnerId))
  networks.makeAhead(spec.runnerId)

  const container = await createContainer(docker, spec, network)
  undo.defer(() =>
    retireContainer(container, deps).catch((error: unknown) =>
      log.error(
        { err: error, attemptId: spec.attemptId },
        'A container was left behind; it is removed at the next start',
      ),
    ),
  )
  await container.start().catch((error: unknown) => {
    throw startProblem(error, spec.image)
  })
  signal.throwIfAborted()

  return dockerContainer(container, { ...deps, spec, user, owned: undo.move() })
}

/** Steps run as any user. Nobody else on the machine gets here: the directory above belongs to the runner, mode 0700. */
async function openToAnyUser({ workspacePath, spoolPath }: ContainerSpec): Promise<void> {
  try {
    await Promise.all([chmod(workspacePath, 0o777), chmod(spoolPath, 0o777)])
  } catch (error) {
    throw problem('RUNNER_ERROR', `The directories of the attempt cannot be opened: ${textOf(error)}`, { cause: error })
  }
}

async function createContainer(docker: Docker, spec: ContainerSpec, network: string): Promise<Docker.Container> {
  const name = `narwhal-${spec.attemptId}-${randomUUID().slice(0, 8)}` // an attempt may need another one after a kill
  const request = { name, _query: { name }, _body: containerProfile(spec, network) } // else dockerode puts it all in the URL
  try {
    return await docker.createContainer(request)
  } catch (error) {
    if (statusOf(error) !== 404) throw engineProblem(error, 'The container was not created')
    throw problem('IMAGE_NOT_FOUND', `The image ${spec.image} is not on this machine any more`, { cause: error })
  }
}

function startProblem(error: unknown, image: string): ProblemError {
  if (/executable file not found|exec: "sh"/.test(textOf(error))) return withoutShell(image, error)
  return engineProblem(error, 'The container was not started')
}
