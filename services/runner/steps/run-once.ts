import { lstat } from 'node:fs/promises'
import { isProblem, problem } from '@narwhal/protocol'
import { endingOf } from '../ending-of.ts'
import type { StepEnd } from '../engine/engine.ts'
import { stepEnvironment } from '../step-environment.ts'
import type { StepTryRecord } from '../journal/journal-record.ts'
import { runImageStep } from './run-image-step.ts'
import type { StartedContainer } from './sites.ts'
import { rawLogPath } from './open-step-log.ts'
import { placeOf } from './place-of.ts'
import type { ReadyStep } from './ready-step.ts'
import type { RunningJob } from './running-job.ts'
import type { StepTry } from './step-retry.ts'

export interface OnceOptions {
  /** How often it ran before; then its log goes on. */
  readonly retries: number
  /** A former life of the runner has started its commands. */
  readonly begun: StepTryRecord | undefined
  readonly signal: AbortSignal
}

/** Runs a step once in its container. It does not throw: whatever happened is the ending. */
export async function runOnce(step: ReadyStep, job: RunningJob, options: OnceOptions): Promise<StepTry> {
  const { index, definition } = step
  try {
    const started = await job.containers.at(placeOf(definition, index, job.definition), options.signal)
    return await runIn(started, step, { ...options, job })
  } catch (error) {
    return { ending: endingOf(error) }
  }
}

type RunOptions = OnceOptions & { readonly job: RunningJob }

async function runIn(started: StartedContainer, step: ReadyStep, options: RunOptions): Promise<StepTry> {
  const { job, signal } = options
  const { definition } = step
  try {
    if ('run' in definition.work) return tryOf(await runCommands(started, step, options), definition.name)
    await runImageStep(step, { ...options, isRetry: options.retries > 0, container: started.container })
    return { ending: { outcome: 'passed' } }
  } catch (error) {
    if (signal.aborted || isProblem(error, 'CONTAINER_GONE', 'LEASE_LOST')) job.containers.lose(started.container)
    throw error
  }
}

async function runCommands(started: StartedContainer, step: ReadyStep, options: RunOptions): Promise<StepEnd> {
  const { index, definition, capBytes } = step
  const { job, retries, begun, signal } = options
  const { container, inside } = started
  const { journal, clock } = job.work
  const isRetry = retries > 0
  const { dir = job.definition.dir, shell = job.definition.shell, user = job.definition.user } = definition
  // One byte above the cap, so that a log that was cut differs from one that just fits.
  const leftBytes = capBytes + 1 - (isRetry ? await sizeOf(rawLogPath(step, job)) : 0)
  const spec = {
    index,
    script: 'run' in definition.work ? definition.work.run : '',
    env: stepEnvironment(definition, job.work.secrets, { index, inside }),
    logCapBytes: Math.max(1, leftBytes),
    ...(isRetry ? { append: true } : {}),
    ...(dir === undefined ? {} : { dir }),
    ...(shell === undefined ? {} : { shell }),
    ...(user === undefined ? {} : { user }),
  }
  if (begun !== undefined) {
    if (container.awaitStep !== undefined && job.containers.isAdopted(container)) {
      return container.awaitStep(begun.exec, spec, { signal })
    }
    throw problem('CONTAINER_GONE', 'The container of the step was gone when its runner came back.')
  }
  const begins = (exec: string) => journal.add({ type: 'step-try', step: index, retries, exec, at: clock.now() })
  return container.runStep(spec, { begins, signal })
}

async function sizeOf(path: string): Promise<number> {
  return lstat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

function tryOf({ exitCode, outOfMemory }: StepEnd, name: string): StepTry {
  if (exitCode === 0) return { ending: { outcome: 'passed' }, exitCode }
  const cause = outOfMemory
    ? problem('OUT_OF_MEMORY', `Step "${name}" ran out of memory.`)
    : problem('STEP_FAILED', `Step "${name}" failed with exit code ${exitCode}.`)
  return { ending: endingOf(cause), exitCode }
}
