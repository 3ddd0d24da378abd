import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { problem } from '@narwhal/protocol'
import { stepSigns, writeStepFiles } from '../docker/step-files.ts'
import type { ContainerSpec, StepEnd, StepSpec } from '../engine.ts'
import { isGroupAlive, type Marks } from './marked-pids.ts'

export interface HostStepDeps {
  /** Those in which something runs; the step adds its own. */
  readonly sessions: Map<number, Marks>
  readonly marks: Marks
  /** Ends what the container has started. */
  readonly kill: () => Promise<void>
  /** Aborted once the container is gone. */
  readonly gone: AbortSignal
  readonly signal: AbortSignal
}

/** Runs a step by the relay of containers, in a session of its own; `step.env` is its whole environment. */
export async function runHostStep(spec: ContainerSpec, step: StepSpec, deps: HostStepDeps): Promise<StepEnd> {
  const { sessions, marks, kill, gone, signal } = deps
  const [command = 'sh', ...words] = await writeStepFiles(spec.spoolPath, step, spec)
  signal.throwIfAborted()
  gone.throwIfAborted()
  const child = spawn(command, words, { cwd: spec.workspacePath, env: step.env, detached: true, stdio: 'ignore' })
  const end = Promise.withResolvers<number>()
  child.on('error', (error) => end.reject(problem('ENGINE_REFUSED', 'sh could not be started', { cause: error })))
  child.on('exit', (code, name) => end.resolve(code ?? 128 + (name === null ? 0 : constants.signals[name])))
  const session = child.pid ?? -1
  sessions.set(session, marks)
  const stop = () => void kill()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const exitCode = await end.promise
    signal.throwIfAborted()
    gone.throwIfAborted()
    return await endOf(exitCode, step, spec)
  } finally {
    signal.removeEventListener('abort', stop)
    if (!isGroupAlive(session)) sessions.delete(session)
  }
}

async function endOf(exitCode: number, { index, dir, shell }: StepSpec, spec: ContainerSpec): Promise<StepEnd> {
  const { outOfMemory, noDirectory, noShell } = await stepSigns(spec.spoolPath, index)
  if (exitCode === 0) return { exitCode, outOfMemory: false }
  if (noDirectory) throw problem('STEP_DIRECTORY_MISSING', `There is no directory "${dir}" to run the step in`)
  if (noShell) throw problem('IMAGE_WITHOUT_SHELL', `This machine has no shell "${shell}"`)
  return { exitCode, outOfMemory }
}
