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
  /** Podman forgets to say when a detached exec has ended, but ends the output of an attached one. */
  readonly isPodman: boolean
  /** Called with the id of the exec before it starts; it starts once this has resolved. */
  readonly begins?: ((exec: string) => Promise<unknown>) | undefined
  readonly signal: AbortSignal
}

/** How an exec ended: by itself, or with its container. */
export type ExecEnd = { readonly type: 'exited'; readonly exitCode: number } | { readonly type: 'container-ended' }

/**
 * Starts an exec, and waits for its end. An abort only ends the waiting.
 *
 * @throws STEP_USER_MISSING, IMAGE_WITHOUT_SHELL, ENGINE_REFUSED, ENGINE_GONE, or the signal's reason.
 */
export async function runExec(container: Docker.Container, spec: ExecSpec, deps: ExecDeps): Promise<ExecEnd> {
  const exec = await createExec(container, spec, deps.isPodman)
  if (exec === undefined) return { type: 'container-ended' }
  await deps.begins?.(exec.id)
  return startAndAwait(container, exec, deps)
}

/**
 * Waits for the end of an exec that a former life of the runner made; one that it had not started yet is started.
 *
 * @throws as `runExec`.
 */
export async function awaitExec(container: Docker.Container, exec: Docker.Exec, deps: ExecDeps): Promise<ExecEnd> {
  try {
    const { Running, ExitCode } = await exec.inspect()
    if (!Running && ExitCode === null) return await startAndAwait(container, exec, deps)
  } catch (error) {
    if (statusOf(error) === 404) return { type: 'container-ended' }
    throw engineProblem(error, 'The engine does not say how the step goes on')
  }
  using ended = listenForEnd(container.id, exec.id, deps.events)
  return await awaitEnd(exec, ended.promise, { ...deps, output: { end: Promise.resolve() } }) // or nobody listens any more
}

async function startAndAwait(container: Docker.Container, exec: Docker.Exec, deps: ExecDeps): Promise<ExecEnd> {
  using ended = listenForEnd(container.id, exec.id, deps.events) // before the start: an exec may end at once
  const output = await startExec(exec, { container, isAttached: deps.isPodman })
  if (output === undefined) return { type: 'container-ended' }
  return await awaitEnd(exec, ended.promise, { ...deps, output }) // or nobody listens any more
}

async function awaitEnd(exec: Docker.Exec, told: Promise<ExecEnd>, deps: PollOptions): Promise<ExecEnd> {
  const waiting = new AbortController()
  const signal = AbortSignal.any([deps.signal, waiting.signal])
  try {
    const polled = pollForEnd(exec, { ...deps, signal })
    return await untilAborted(Promise.race([told, polled]), signal)
  } finally {
    waiting.abort()
  }
}

/** `undefined`: the container is not running any more. */
async function createExec(
  container: Docker.Container,
  spec: ExecSpec,
  AttachStdout: boolean,
): Promise<Docker.Exec | undefined> {
  const Env = environment(spec.env ?? {})
  try {
    return await container.exec({ Cmd: [...spec.command], Env, User: spec.user, AttachStdout })
  } catch (error) {
    if (isNotRunning(error)) return undefined
    throw engineProblem(error, 'A command could not be made in the container')
  }
}

/**
 * Gives a promise for the end of its output, if that is attached; `undefined`: the container is not running any more. While it
 * is just ending, the engine has other words for that.
 */
async function startExec(
  exec: Docker.Exec,
  { container, isAttached }: { readonly container: Docker.Container; readonly isAttached: boolean },
): Promise<{ readonly end: Promise<void> } | undefined> {
  try {
    const answer = await exec.start({ Detach: !isAttached })
    const end = new Promise<void>((resolve) => isAttached && answer.once('close', resolve))
    answer.on('error', () => undefined) // asking it tells the same
    answer.resume() // its end frees the connection
    return { end }
  } catch (error) {
    if (isNotRunning(error) || (await hasEnded(container))) return undefined
    throw startProblem(error)
  }
}

async function hasEnded(container: Docker.Container): Promise<boolean> {
  return container.inspect().then(
    ({ State }) => !State.Running,
    (error: unknown) => statusOf(error) === 404,
  )
}

function isNotRunning(error: unknown): boolean {
  if (statusOf(error) === 404 || statusOf(error) === 409) return true
  return /container state improper/i.test(textOf(error)) // Podman
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

interface PollOptions {
  readonly clock: Clock
  /** When it has ended, the first question comes at once. */
  readonly output: { readonly end: Promise<void> }
  readonly signal: AbortSignal
}

async function pollForEnd(exec: Docker.Exec, { clock, output, signal }: PollOptions): Promise<ExecEnd> {
  let cause: unknown
  let isTold = false
  for (let failures = 0; failures < toleratedPolls; ) {
    const slept = clock.sleep(pollMs, signal)
    await (isTold ? slept : Promise.race([slept, output.end.then(() => void (isTold = true))]))
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
