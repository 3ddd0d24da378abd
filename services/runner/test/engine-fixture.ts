import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Container, ContainerSpec, Engine, StepEnd, StepSpec } from '../engine/engine.ts'
import { stepLogPath } from '../engine/step-log-path.ts'

/** The directories of one attempt, as the runner makes them, and a spec that uses them. */
export interface TestAttempt extends AsyncDisposable {
  readonly spec: ContainerSpec
  log(index?: number): Promise<string>
}

export async function openTestAttempt(image: string, overrides: Partial<ContainerSpec> = {}): Promise<TestAttempt> {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-engine-')) // 0700
  const workspacePath = join(directory, 'workspace')
  const spoolPath = join(directory, 'spool')
  await Promise.all([mkdir(workspacePath), mkdir(spoolPath)])
  const base = { runnerId: testRunnerId, attemptId: randomUUID(), image, env: {}, workspacePath, spoolPath }
  return {
    spec: { ...base, ...overrides },
    log: (index = 0) => readFile(stepLogPath(spoolPath, index), 'utf8'),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

/** An attempt whose container is started. */
export interface StartedAttempt extends TestAttempt {
  readonly container: Container
  run(script: string, options?: RunOptions): Promise<StepEnd>
}

export type RunOptions = Partial<Omit<StepSpec, 'script'>> & { readonly signal?: AbortSignal }

export async function startTestAttempt(
  engine: Engine,
  image: string,
  overrides: Partial<ContainerSpec> = {},
): Promise<StartedAttempt> {
  await using undo = new AsyncDisposableStack()
  const attempt = undo.use(await openTestAttempt(image, overrides))
  const container = undo.use(await engine.startContainer(attempt.spec, { signal: never }))
  const owned = undo.move()
  return {
    ...attempt,
    container,
    run: (script, { signal = never, ...step } = {}) =>
      container.runStep({ index: 0, env: {}, logCapBytes: 64 * 1024 ** 2, ...step, script }, { signal }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A signal that nobody aborts. */
export const never = new AbortController().signal

/** One runner per test file, so that what it leaves can be counted. */
export const testRunnerId = `test-${randomUUID()}`

/** What a promise rejects with; listens at once, so that it may be awaited later. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'it did not fail',
    (error: unknown) => error,
  )
}
