import type { Blobs } from '@narwhal/blobs'
import {
  type Approver,
  type Clock,
  type HttpClient,
  type HttpServer,
  type Log,
  openapiOf,
  openWake,
  type Registry,
  type RouteTokens,
  startLoop,
} from '@narwhal/host'
import * as protocol from '@narwhal/protocol'
import type { Queue } from '@narwhal/queue'
import type { Store } from '@narwhal/store'
import { serveAttemptRoutes } from './attempt-routes.ts'
import { serveBlobRoutes } from './blob-routes.ts'
import { serveBuildRoutes } from './build-routes.ts'
import { serveCacheRoutes } from './cache-routes.ts'
import { openChanges, type Touched } from './changes.ts'
import { dispatchLoop } from './dispatch-loop.ts'
import { openDispatcherMetrics } from './dispatcher-metrics.ts'
import { expireBlobs } from './expire-blobs.ts'
import { serveJobRoutes } from './job-routes.ts'
import { serveLogRoute } from './log-route.ts'
import { openPresence } from './presence.ts'
import { servePresence } from './presence-route.ts'
import { relayOutbox } from './relay-outbox.ts'
import { serveQuarantineRoutes } from './quarantine-routes.ts'
import { serveRunnerRoutes } from './runner-routes.ts'
import { sealLogs } from './seal-logs.ts'
import { serveSecretRoutes } from './secret-routes.ts'
import { sendOffer } from './send-offer.ts'
import { takeCommits } from './take-commits.ts'
import { takeReports } from './take-reports.ts'
import { tellRunner } from './tell-runner.ts'
import { watchLeases } from './watch-leases.ts'

export interface DispatcherDeps {
  readonly server: HttpServer
  readonly queue: Queue
  readonly store: Store
  readonly blobs: Blobs
  readonly client: HttpClient
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Registry
  readonly apiToken: string
  readonly runnerToken: string
  readonly leaseMs: number
  readonly queueLimitMs: number
  readonly heartbeatMs: number
  readonly approvers?: readonly Approver[]
  /** 32 bytes that wrap the keys of secrets; absent: none can be set or read. */
  readonly secretsKey?: Uint8Array | undefined
  /** The text of the pipeline for commits without a narwhal.yml. */
  readonly defaultPipeline?: string | undefined
}

/** A running dispatcher. */
export interface Dispatcher extends AsyncDisposable {
  /** Hears of every build, job and log that changed, once it is committed. For those who live in the same process. */
  listen(listener: (touched: readonly Touched[]) => void): Disposable
}

/** Decides: takes commits, keeps builds and jobs, leases jobs to runners, watches leases, answers the REST API. */
export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  const { clock, log, store, queue } = deps
  const stop = new AbortController()
  const changes = openChanges({ store, clock })
  const presence = openPresence({ clock, silentMs: deps.heartbeatMs * 3 + 1_000 })
  const wakes = { dispatch: openWake(), outbox: openWake(), seal: openWake() }
  const listening = changes.listen((touched) => touched.forEach((one) => wakeWhoever(one, core)))
  const core: Core = {
    ...deps,
    changes,
    presence,
    tokens: { api: deps.apiToken, runner: deps.runnerToken },
    signal: stop.signal,
    wakes,
  }

  serveRoutes(core)
  deps.server.addReadiness('store', () => store.readiness())
  deps.server.addReadiness('queue', () => queue.readiness())
  const loop = (name: string, turn: (signal: AbortSignal) => Promise<void>) => startLoop(turn, { name, clock, log })
  const send = offerSender(core)
  const loops = [
    loop('take-commits', (signal) => takeCommits({ queue, changes, clock, log, signal })),
    loop('take-reports', (signal) => takeReports({ queue, changes, clock, log, signal })),
    loop('dispatch-loop', (signal) => dispatchLoop({ ...core, send, wake: wakes.dispatch, signal })),
    loop('watch-leases', (signal) => watchLeases({ ...core, signal })),
    loop('relay-outbox', (signal) => relayOutbox({ queue, changes, clock, wake: wakes.outbox, signal })),
    loop('seal-logs', (signal) => sealLogs({ ...core, wake: wakes.seal, signal })),
    loop('expire-blobs', (signal) => expireBlobs({ ...core, signal })),
  ]
  return {
    listen: (listener) => changes.listen(listener),
    async [Symbol.asyncDispose]() {
      stop.abort()
      listening[Symbol.dispose]()
      await Promise.all(loops.map((one) => one[Symbol.asyncDispose]()))
      await changes[Symbol.asyncDispose]()
    },
  }
}

function wakeWhoever(touched: Touched, core: Core): void {
  const { wakes, presence, log } = core
  const { kind } = touched
  if (kind === 'runner') {
    presence.heard(touched.runnerId)
    presence.welcomed(touched.runnerId)
  }
  const isMissed = kind === 'missed'
  if (kind === 'queued' || kind === 'ended' || kind === 'runner' || isMissed) wakes.dispatch.wake()
  if (kind === 'ended' || isMissed) wakes.seal.wake()
  if (kind === 'outbox' || isMissed) wakes.outbox.wake()
  if (kind !== 'stop') return
  const { jobId, because } = touched
  tellRunner(core, jobId, because).catch((error: unknown) => log.error({ err: error }, 'a runner was not told'))
}

type Core = DispatcherDeps & {
  readonly changes: ReturnType<typeof openChanges>
  readonly presence: ReturnType<typeof openPresence>
  readonly tokens: RouteTokens
  readonly signal: AbortSignal
  readonly wakes: Readonly<Record<'dispatch' | 'outbox' | 'seal', ReturnType<typeof openWake>>>
}

function serveRoutes(core: Core): void {
  const { server } = core
  serveBuildRoutes(server, core)
  serveJobRoutes(server, core)
  serveLogRoute(server, core)
  serveRunnerRoutes(server, core)
  servePresence(server, core)
  serveAttemptRoutes(server, core)
  serveBlobRoutes(server, core)
  serveCacheRoutes(server, core)
  serveSecretRoutes(server, core)
  serveQuarantineRoutes(server, core)
  server.app.get('/openapi.json', () => openapiOf('Narwhal', publicRoutes))
}

const publicRoutes = [
  protocol.listBuilds,
  protocol.getBuild,
  protocol.createBuild,
  protocol.getJob,
  protocol.getJobLog,
  protocol.resubmitJob,
  protocol.cancelJob,
  protocol.approveJob,
  protocol.listRunners,
  protocol.registerRunner,
  protocol.heartbeatRunner,
  protocol.followRunner,
  protocol.unregisterRunner,
  protocol.reportAttempt,
  protocol.renewAttempt,
  protocol.getJobArtifacts,
  protocol.listQuarantine,
  protocol.requeueMessage,
  protocol.listSecrets,
  protocol.setSecret,
  protocol.removeSecret,
  protocol.uploadBlob,
  protocol.downloadBlob,
  protocol.findCache,
  protocol.saveCache,
  protocol.readSecrets,
]

function offerSender(core: Core): Parameters<typeof dispatchLoop>[0]['send'] {
  const figures = openDispatcherMetrics(core)
  return (runner, offer, queuedAt) => {
    figures.offered(queuedAt)
    sendOffer(core, runner, offer).catch((error: unknown) => core.log.error({ err: error }, 'an offer failed'))
  }
}
