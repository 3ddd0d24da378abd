import { type Clock, untilAborted } from '@narwhal/host'
import { type ProblemError, problem } from '@narwhal/protocol'
import type Docker from 'dockerode'
import { environment } from './container-profile.ts'
import type { ContainerEvents } from './container-events.ts'
import { engineProblem, statusOf, textOf } from './engine-problem.ts'

/** How often the engine is asked whether an exec has ended, in case its event was missed. */
const pollMs = 1_000

/** So many polls in a row may fail before the engine counts as gone: it may be restarting. */
const toleratedPolls = 10

export interface ExecSpec {
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** '' is the user of the container. */
  readonly user: string
}

export interface ExecDeps {
  readonly events: ContainerEvents
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** How an exec ended: by itself, or with its container. */
export type ExecEnd = { readonly type: 'exited'; readonly exitCode: number } | { readonly type: 'container-ended' }

/**
 * Starts an exec, detached, and waits for its end. An abort only ends the waiting.
 *
 * @throws STEP_USER_MISSING, IMAGE_WITHOUT_SHELL, ENGINE_REFUSED, ENGINE_GONE, or the signal's reason.
 */
export async function runExec(container: Docker.Container, spec: ExecSpec, deps: ExecDeps): Promise<ExecEnd> {
  const exec = await createExec(container, spec)
  if (exec === undefined) return { type: 'container-ended' }

  using ended = listenForEnd(container.id, exec.id, deps.events) // before the start: an exec may end at once
  if (!(await startExec(exec))) return { type: 'container-ended' }

  const waiting = new AbortController()
  const signal = AbortSignal.any([deps.signal, waiting.signal])
  try {
    return await untilAborted(Promise.race([ended.promise, pollForEnd(exec, deps.clock, signal)]), signal)
  } finally {
    waiting.abort()
  }
}

/** `undefined`: the container is not running any more. */
async function createExec(container: Docker.Container, spec: ExecSpec): Promise<Docker.Exec | undefined> {
  const Env = environment(spec.env ?? {})
  try {
    return await container.exec({ Cmd: [...spec.command], Env, User: spec.user })
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 409) return undefined
    throw engineProblem(error, 'A command could not be made in the container')
  }
}

async function startExec(exec: Docker.Exec): Promise<boolean> {
  try {
    const answer = await exec.start({ Detach: true })
    answer.resume() // its end frees the connection
    return true
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 409) return false
    throw startProblem(error)
  }
}

function startProblem(error: unknown): ProblemError {
  const text = textOf(error)
  if (/unable to find (?:user|group)|uids and gids must be/.test(text)) {
    return problem('STEP_USER_MISSING', `The step cannot run as its user: ${text}`, { cause: error })
  }
  if (/executable file not found/.test(text)) {
    return problem('IMAGE_WITHOUT_SHELL', `The image lacks a program: ${text}`, { cause: error })
  }
  return engineProblem(error, 'A command could not be started in the container')
}

function listenForEnd(containerId: string, execId: string, events: ContainerEvents) {
  const { promise, resolve } = Promise.withResolvers<ExecEnd>()
  const listening = events.listen(containerId, (event) => {
    if (event.type === 'ended') resolve({ type: 'container-ended' })
    if (event.type === 'exec-ended' && event.execId === execId) resolve({ type: 'exited', exitCode: event.exitCode })
  })
  return { promise, [Symbol.dispose]: () => listening[Symbol.dispose]() }
}

async function pollForEnd(exec: Docker.Exec, clock: Clock, signal: AbortSignal): Promise<ExecEnd> {
  let cause: unknown
  for (let failures = 0; failures < toleratedPolls; ) {
    await clock.sleep(pollMs, signal)
    try {
      const { Running, ExitCode } = await exec.inspect()
      if (!Running && ExitCode !== null) return { type: 'exited', exitCode: ExitCode }
      failures = 0
    } catch (error) {
      if (statusOf(error) === 404) return { type: 'container-ended' }
      failures++
      cause = error
    }
  }
  throw problem('ENGINE_GONE', 'The container engine does not say how the step goes on', { cause })
}
