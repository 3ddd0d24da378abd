import { type ProblemError, problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import { engineProblem, statusOf } from './engine-problem.ts'
import { leaseOverCode } from './wait-for-lease.ts'

/** How a container is, or why it is no more. */
export type ContainerCondition =
  | { readonly state: 'running'; readonly oomKilled: boolean }
  | { readonly state: 'out-of-memory' }
  | { readonly state: 'ended'; readonly problem: ProblemError }

/** Exit codes of an init that found no program to start. */
const notStarted = [126, 127]

/**
 * Asks the engine how a container is.
 *
 * @throws ENGINE_GONE, ENGINE_REFUSED.
 */
export async function conditionOf(container: Docker.Container): Promise<ContainerCondition> {
  try {
    const { State, Config } = await container.inspect()
    if (State.Running) return { state: 'running', oomKilled: State.OOMKilled }
    if (State.ExitCode === leaseOverCode) return { state: 'ended', problem: endedByItself() }
    if (State.OOMKilled) return { state: 'out-of-memory' }
    if (notStarted.includes(State.ExitCode)) return { state: 'ended', problem: withoutShell(Config.Image) }
    return { state: 'ended', problem: gone(`exited with code ${State.ExitCode}`) }
  } catch (error) {
    if (statusOf(error) === 404) return { state: 'ended', problem: gone('was removed') }
    throw engineProblem(error, 'The container cannot be looked at')
  }
}

/** The problem of an image without `sh`. */
export function withoutShell(image: string, cause?: unknown): ProblemError {
  return problem('IMAGE_WITHOUT_SHELL', `The image ${image} has no sh, or no sleep`, { cause })
}

function endedByItself(): ProblemError {
  return problem('LEASE_LOST', 'The container of the attempt ended by itself: nobody had renewed the lease in time')
}

function gone(what: string): ProblemError {
  return problem('CONTAINER_GONE', `The container of the attempt ${what} while it was needed`)
}
