import { createHash } from 'node:crypto'
import { openBlobs } from '@narwhal/blobs'
import {
  type Approver,
  type Log,
  newId,
  newToken,
  openHttpClient,
  openHttpServer,
  openMetrics,
  silentLog,
  virtualClock,
} from '@narwhal/host'
import {
  type AttemptReport,
  type BuildView,
  type Commit,
  commitsTopic,
  type Delivery,
  getBuild,
  listBuilds,
  type Offer,
  type Plan,
  type PlannedJob,
} from '@narwhal/protocol'
import { openQueue } from '@narwhal/queue'
import { openStore, type Store } from '@narwhal/store'
import { expect, vi } from 'vitest'
import { startDispatcher } from '../service.ts'
import { openPaperRunner, type PaperRunner } from './paper-runner.ts'

export const leaseMs = 30_000

export const commit: Commit = {
  repository: { host: 'github.com', owner: 'ada', name: 'engine' },
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
  trigger: 'push',
}

/** A virtual clock whose wall time can be stepped, as an operator or NTP does. */
function steppedClock(laterMs: number) {
  const clock = virtualClock()
  let stepMs = laterMs
  return { ...clock, now: () => clock.now() + stepMs, step: (ms: number) => void (stepMs += ms) }
}

export interface RigOptions {
  readonly store?: Store
  readonly queueLimitMs?: number
  /** How much later than other dispatchers it starts. */
  readonly laterMs?: number
  readonly approvers?: readonly Approver[]
  readonly defaultPipeline?: string
  readonly secretsKey?: Uint8Array
  readonly log?: Log
}

interface PushChanges {
  readonly commit?: Partial<Commit>
  readonly id?: string
  readonly eventKey?: string
  readonly delivery?: Delivery
  readonly unlessBuilt?: true
}

export type Rig = Awaited<ReturnType<typeof openDispatcher>>

/** A whole dispatcher on real HTTP with a virtual clock; its queue, store and blobs are in memory unless given. */
export async function openDispatcher(options: RigOptions = {}) {
  await using undo = new AsyncDisposableStack()
  const { queueLimitMs = 3_600_000, log = silentLog(), laterMs = 0, store: given, ...settings } = options
  const [apiToken, runnerToken, clock, metrics] = [newToken(), newToken(), steppedClock(laterMs), openMetrics()]
  const queue = undo.use(await openQueue('memory:', { clock }))
  const store = given ?? undo.use(await openStore('memory:'))
  const blobs = undo.use(await openBlobs('memory:'))
  const client = undo.use(openHttpClient())
  const server = undo.use(openHttpServer({ host: '127.0.0.1', port: 0, log, metrics }))
  const timing = { leaseMs, queueLimitMs, heartbeatMs: 1_000_000 }
  const deps = { server, queue, store, blobs, client, clock, log, metrics, apiToken, runnerToken }
  const dispatcher = undo.use(startDispatcher({ ...settings, ...deps, ...timing }))
  const url = await server.listen()
  const call = { baseUrl: url, token: apiToken }
  const owned = undo.move()
  return {
    stepClock: clock.step,
    ...{ url, clock, client, queue, store, blobs, dispatcher, apiToken, runnerToken, call },
    push: async (changes: PushChanges = {}) => {
      const of = { ...commit, ...changes.commit }
      const id = changes.id ?? newId(clock.now())
      const message = {
        version: 1,
        id,
        ...(changes.unlessBuilt && { unlessBuilt: true }),
        eventKey: changes.eventKey ?? `push ${of.sha} ${id}`,
        receivedAt: 1,
        commit: of,
        ...(changes.delivery === undefined ? {} : { delivery: changes.delivery }),
      }
      await queue.publish(commitsTopic, { id, body: JSON.stringify(message) }, { signal: AbortSignal.timeout(5_000) })
    },
    builds: async (): Promise<BuildView[]> => (await client.call(listBuilds, { ...call, query: {} })).builds,
    build: (buildId: string) => client.call(getBuild, { ...call, params: { buildId } }),
    runner: async (name: string, slots = 2, labels = ['os=linux']): Promise<PaperRunner> => {
      const runner = await openPaperRunner({ name, slots, labels, runnerToken, dispatcherUrl: url, client })
      owned.use(runner)
      return runner
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Waits until `check` stops throwing. */
export function eventually<T>(check: () => Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 30_000, interval: 10 })
}

export const noLog = { bytes: 0, sha256: createHash('sha256').digest('hex') }

/** A job of a plan: its name, and what is not as simple as can be. */
export function plannedJob(name: string, others: Partial<PlannedJob> = {}): PlannedJob {
  return {
    ...{ name, key: name, digest: 'd'.repeat(64), steps: ['test'], needs: [], labels: [], secrets: [] },
    ...{ priority: 'normal', lost: 'rerun', allowFailure: false },
    ...others,
  }
}

/** The report of a plan with these jobs. */
export function planOf(jobs: readonly PlannedJob[], others: Partial<Plan> = {}): Partial<AttemptReport> {
  return { plan: { jobs: [...jobs], ...others }, result: { ending: { outcome: 'passed' }, at: 1, log: noLog } }
}

/** The report of a plan with one job of one step. */
export const planned = planOf([plannedJob('build')])

/** Pushes a commit and lets the runner plan it: the offer of its one job. */
export async function planFirst(rig: Rig, runner: PaperRunner): Promise<Offer> {
  await rig.push()
  const plan = await runner.offer(0)
  const { next } = await runner.report(plan, planned)
  expect(next).toBeDefined()
  return next ?? plan
}

/** A log of one step as chunks, with what the result says of it. */
export function logOf(text: string) {
  const bytes = Buffer.from(text)
  const chunks = [{ step: 0, offset: 0, at: 1, data: bytes.toString('base64') }]
  return { chunks, log: { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') } }
}
