import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMirrors } from '@narwhal/git'
import {
  type Clock,
  type Log,
  newId,
  newToken,
  openHttpClient,
  openHttpServer,
  openMetrics,
  silentLog,
  systemClock,
} from '@narwhal/host'
import { digestJob, type JobDefinition, planBuild } from '@narwhal/pipeline'
import { cancelAttempt, type Offer, offerAttempt } from '@narwhal/protocol'
import { vi } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import type { Planner } from '../planner/open-planner.ts'
import { startRunner } from '../service.ts'
import type { StepPolicy } from '../steps/step-policy.ts'
import { countedEngine, type EngineCall } from './counted-engine.ts'
import { makeRepository } from './make-repository.ts'
import { type HeardAttempt, openStandIn, type StandIn } from './stand-in-dispatcher.ts'

export interface TestRunner extends AsyncDisposable {
  readonly id: string
  readonly url: string
  /** With which the dispatcher calls it. */
  readonly token: string
  readonly data: string
  readonly dispatcher: StandIn
  /** Containers and sidecars that live at the moment. */
  liveContainers(): number
  /** What the engine was asked for, in order. */
  readonly engineCalls: readonly EngineCall[]
  /** An offer of the repository's head; of its first job unless told. */
  newOffer(changes?: Partial<Offer>): Offer
  offer(offer: Offer): Promise<{ free: number }>
  cancel(attemptId: string, because: string): Promise<void>
  /** Offers, and waits for the result. */
  run(changes?: Partial<Offer>): Promise<HeardAttempt>
  untilEnded(attemptId: string): Promise<HeardAttempt>
  untilStepStarted(attemptId: string): Promise<void>
  metrics(): Promise<string>
  /** Drains and ends the runner, but nothing around it. */
  stop(): Promise<void>
}

export interface TestRunnerOptions {
  /** The text of narwhal.yml; none: the file is missing. */
  readonly pipeline?: string | undefined
  readonly message?: string
  readonly slots?: number
  readonly clock?: Clock
  readonly engine?: Engine
  readonly data?: string
  readonly heartbeatMs?: number
  /** Of the calls of the runner, from the first one on. */
  readonly fate?: StandIn['fate']
  readonly log?: Log
  readonly name?: string
  readonly policy?: StepPolicy
}

/** A runner with the scripted engine, a real repository and a stand-in for its dispatcher. */
export async function openTestRunner(options: TestRunnerOptions = {}): Promise<TestRunner> {
  const { pipeline, clock = systemClock, slots = 2, message, log = silentLog(), name = 'ada' } = options
  await using stack = new AsyncDisposableStack()
  const runnerToken = newToken()
  const metrics = openMetrics()
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'narwhal-runner-')))
  stack.defer(() => rm(data, { recursive: true, force: true }))
  const repository = stack.use(await makeRepository(pipeline, message))
  const dispatcher = stack.use(await openStandIn(runnerToken))
  dispatcher.heartbeatMs = options.heartbeatMs ?? dispatcher.heartbeatMs
  dispatcher.fate = options.fate ?? dispatcher.fate
  const engine = countedEngine(stack.use(options.engine ?? openEngine('scripted:', { clock, log: silentLog() })))
  const mirrors = stack.use(await openMirrors({ root: join(data, 'mirrors'), clock }))
  const client = stack.use(openHttpClient())
  const server = stack.use(openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics }))
  const listening = { url: '' }
  const runner = stack.use(
    await startRunner({
      ...{ server, client, engine, mirrors, clock, metrics, data, runnerToken, slots },
      ...{ name, labels: ['os=linux'], log, dispatcherUrl: dispatcher.url, planner, policy: options.policy },
      runnerUrl: () => listening.url,
      cloneSource: () => ({ url: repository.path }),
    }),
  )
  const url = await server.listen()
  listening.url = url
  const call = { baseUrl: url, token: runnerToken }
  const newOffer = offerFactory(pipeline, repository.sha)
  const offer = (body: Offer) => client.call(offerAttempt, { ...call, body })
  const untilEnded = (attemptId: string) =>
    poll(() => (dispatcher.attempt(attemptId).result === undefined ? undefined : dispatcher.attempt(attemptId)))
  const owned = stack.move()
  return {
    ...{ id: runner.id, url, token: runnerToken, data, dispatcher, newOffer, offer, untilEnded },
    liveContainers: engine.live,
    engineCalls: engine.calls,
    cancel: (attemptId, because) => client.call(cancelAttempt, { ...call, params: { attemptId }, body: { because } }),
    async run(changes) {
      const offered = newOffer(changes)
      await offer(offered)
      return untilEnded(offered.attemptId)
    },
    untilStepStarted: async (attemptId) =>
      void (await poll(() => dispatcher.attempt(attemptId).events.find(({ type }) => type === 'step-started'))),
    metrics: () => metrics.metrics(),
    stop: async () => runner[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Polls until there is a value. */
export function poll<T>(look: () => T | undefined): Promise<T> {
  return vi.waitUntil(look, { timeout: 10_000, interval: 5 }) as Promise<T> // waitUntil waits for a truthy value
}

/** Plans in this thread: here nobody is a stranger. */
const planner: Planner = { plan: async (request) => planBuild(request), [Symbol.asyncDispose]: async () => undefined }

/** Offers of `sha`, whose job is the first one of `pipeline`, or the one that `changes` name. */
function offerFactory(pipeline: string | undefined, sha: string) {
  return (changes: Partial<Offer> = {}): Offer => {
    const commit = changes.commit ?? {
      repository: { host: 'example.org', owner: 'ada', name: 'engine' },
      ref: 'refs/heads/main',
      sha,
      trigger: 'push',
    }
    const jobs = definitionsOf(pipeline, commit)
    const job = jobs.find(({ name }) => name === changes.jobName) ?? jobs[0]
    return {
      attemptId: newId(Date.now()),
      attempt: 1,
      token: newToken(),
      leaseMs: 30_000,
      buildId: newId(Date.now()),
      buildNumber: 7,
      jobId: newId(Date.now()),
      jobName: job?.name ?? 'plan',
      kind: 'steps',
      commit,
      needs: [],
      ...(job === undefined ? {} : { digest: digestJob(job) }),
      ...changes,
    }
  }
}

function definitionsOf(pipeline: string | undefined, commit: Offer['commit']): readonly JobDefinition[] {
  if (pipeline === undefined || pipeline.startsWith('->')) return []
  const files = [{ path: 'narwhal.yml', text: pipeline }]
  const answer = planBuild({ purpose: 'definitions', commit, files, platform: 'linux/amd64' })
  return 'definitions' in answer ? answer.definitions : []
}
