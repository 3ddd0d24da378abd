import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  AttemptNetwork,
  Container,
  ContainerSpec,
  Engine,
  NetworkSpec,
  StepEnd,
  StepSpec,
} from '../engine/engine.ts'
import { stepLogPath } from '../engine/step-log-path.ts'

/** What a test may ask for: of the container, and of the network that it is in. `access` is the network's. */
export type AttemptOverrides = Partial<Omit<ContainerSpec, 'access'> & NetworkSpec>

/** The directories of one attempt, as the runner makes them, and a spec that uses them. */
export interface TestAttempt extends AsyncDisposable {
  readonly spec: Omit<ContainerSpec, 'access'> & NetworkSpec
  /** Holds both directories of the attempt, and nothing else at first. */
  readonly directory: string
  log(index?: number): Promise<string>
}

export async function openTestAttempt(image: string, overrides: AttemptOverrides = {}): Promise<TestAttempt> {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-engine-')) // 0700
  const workspacePath = join(directory, 'workspace')
  const spoolPath = join(directory, 'spool')
  await Promise.all([mkdir(workspacePath), mkdir(spoolPath)])
  const network = { runnerId: testRunnerId, attemptId: randomUUID(), access: 'outbound' } as const
  return {
    spec: { ...network, image, env: {}, workspacePath, spoolPath, ...overrides },
    directory,
    log: (index = 0) => readFile(stepLogPath(spoolPath, index), 'utf8'),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

/** An attempt whose network is open. */
export interface NetworkedAttempt extends TestAttempt {
  readonly network: AttemptNetwork
  /** Another container of this attempt; whoever starts it disposes it before the attempt. */
  startContainer(overrides?: Partial<ContainerSpec>): Promise<Container>
}

export async function openTestNetwork(
  engine: Engine,
  image: string,
  overrides: AttemptOverrides = {},
): Promise<NetworkedAttempt> {
  await using undo = new AsyncDisposableStack()
  const attempt = undo.use(await openTestAttempt(image, overrides))
  const network = undo.use(await engine.openNetwork(attempt.spec, { signal: never }))
  const { access: _, ...spec } = attempt.spec
  const owned = undo.move()
  return {
    ...attempt,
    network,
    startContainer: (other = {}) => network.startContainer({ ...spec, ...other }, { signal: never }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** An attempt whose container is started. */
export interface StartedAttempt extends NetworkedAttempt {
  readonly container: Container
  run(script: string, options?: RunOptions): Promise<StepEnd>
}

export type RunOptions = Partial<Omit<StepSpec, 'script'>> & { readonly signal?: AbortSignal }

export async function startTestAttempt(
  engine: Engine,
  image: string,
  overrides: AttemptOverrides = {},
): Promise<StartedAttempt> {
  await using undo = new AsyncDisposableStack()
  const attempt = undo.use(await openTestNetwork(engine, image, overrides))
  const container = undo.use(await attempt.startContainer())
  const owned = undo.move()
  return {
    ...attempt,
    container,
    run: (script, options) => runTestStep(container, script, options),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Runs a step; unless told it is the one with the index 0. */
export function runTestStep(container: Container, script: string, options: RunOptions = {}): Promise<StepEnd> {
  const { signal = never, ...step } = options
  return container.runStep({ index: 0, env: {}, logCapBytes: 64 * 1024 ** 2, ...step, script }, { signal })
}

/** What must be there for the test to go on. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('something is missing that the test needs')
  return value
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
