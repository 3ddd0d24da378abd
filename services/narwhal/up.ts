import { join } from 'node:path'
import { openAgentInbox, startAgent } from '@narwhal/agent'
import { sweepOptions } from '@narwhal/agent/sweep'
import { openBlobs } from '@narwhal/blobs'
import { type Dispatcher, startDispatcher } from '@narwhal/dispatcher'
import { type Mirrors, openMirrors } from '@narwhal/git'
import { type Clock, type HttpClient, type Log, openHttpClient, openHttpServer, openMetrics } from '@narwhal/host'
import type { JobSelection } from '@narwhal/pipeline'
import { type BuildView, type CommitMessage, forgeHostOf } from '@narwhal/protocol'
import { openQueue } from '@narwhal/queue'
import { openReporterOutbox, startReporter } from '@narwhal/reporter'
import { startRunner } from '@narwhal/runner'
import { openEngine, readRegistryLogins } from '@narwhal/runner/engine'
import { openPlanner } from '@narwhal/runner/planner'
import { openStore, type Store } from '@narwhal/store'
import { cloneSources } from './clone-sources.ts'
import { freePort } from './free-port.ts'
import { isTold } from './is-told.ts'
import type { UpConfig } from './up-config.ts'
import type { Watched } from './watched-repository.ts'

// The same services as in many processes, composed in one: they talk over the same queue, store and HTTP.
// 1. Everything is mounted before the port listens; the runner registers once it does.
// 2. The runner ends first, while the dispatcher still takes its results; adapters close after all who use them.

export interface NarwhalDeps {
  readonly clock: Clock
  readonly log: Log
  /** DOCKER_HOST, when it is set. */
  readonly dockerHost: string | undefined
  /** XDG_RUNTIME_DIR, where the socket of a person's own Podman is. */
  readonly runtimeDirectory?: string | undefined
  /** PATH, for steps that run as plain processes. */
  readonly path?: string | undefined
  /** Repositories to look at again and again. */
  readonly watched: readonly Watched[]
  /** Repositories that are not watched now, but can be cloned. */
  readonly alsoCloned?: readonly Watched[]
  /** Only a part of each pipeline, for `narwhal exec`. */
  readonly selection?: JobSelection
  /** Hears of every commit that was found in a watched repository, once it is kept. */
  readonly onFound?: (messages: readonly CommitMessage[]) => void
}

/** All services, running. Disposing drains the runner: that takes up to 30 seconds. */
export interface Narwhal extends AsyncDisposable {
  /** Where it is reached on this machine. */
  readonly url: string
  readonly dispatcher: Dispatcher
  readonly client: HttpClient
  readonly store: Store
  readonly mirrors: Mirrors
  readonly cloneSource: ReturnType<typeof cloneSources>
  /** Ends the runner ahead of the rest: it takes nothing new, and what runs gets 25 seconds. */
  drain(): Promise<void>
  /** Whether the outcome of a build was told: result file and commit status. */
  isTold(build: BuildView): Promise<boolean>
}

/**
 * Starts agent, dispatcher, runner and reporter in this process, on one port.
 *
 * @throws what the adapters throw when they are opened, PORT_TAKEN, RUNNER_DATA_IN_USE.
 */
export async function startNarwhal(config: UpConfig, deps: NarwhalDeps): Promise<Narwhal> {
  const { watched, alsoCloned = [] } = deps
  await using opened = new AsyncDisposableStack()
  const port = config.port === 0 ? await freePort(config.host) : config.port
  const url = `http://${reachable(config.host)}:${port}`
  const adapters = await openAdapters(opened, { ...config, port }, deps)
  const cloneSource = cloneSources([...alsoCloned, ...watched], config)
  const services: Services = { ...deps, ...adapters, config, url, cloneSource }
  const dispatcher = opened.use(startDispatcher({ ...config, ...services, heartbeatMs: 5_000 }))
  opened.use(await startTelling(services))
  opened.use(await startHearing(services))
  const running = opened.use(new AsyncDisposableStack())
  running.use(await startRunning(services))
  await adapters.server.listen()

  const { client, store, mirrors, outbox } = adapters
  const owned = opened.move()
  return {
    url,
    dispatcher,
    client,
    store,
    mirrors,
    cloneSource,
    drain: () => running.disposeAsync(),
    isTold: (build) => isTold(build, { outbox, results: config.results }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

type Adapters = Awaited<ReturnType<typeof openAdapters>>

type Services = NarwhalDeps &
  Adapters & {
    readonly config: UpConfig
    readonly url: string
    readonly cloneSource: ReturnType<typeof cloneSources>
  }

async function openAdapters(
  opened: AsyncDisposableStack,
  config: UpConfig,
  { clock, log, dockerHost, runtimeDirectory, path }: NarwhalDeps,
) {
  const { data, host, port, apiToken, inboxBytes: limitBytes } = config
  const registries = config.dockerConfig === undefined ? {} : await readRegistryLogins(config.dockerConfig)
  const metrics = openMetrics()
  const store = opened.use(await openStore(config.store))
  const blobs = opened.use(await openBlobs(config.blobs, config))
  const queue = opened.use(
    await openQueue(config.queue, { clock, onEvent: (event) => log.info({ event }, `queue: ${event.type}`) }),
  )
  const inbox = opened.use(await openAgentInbox(join(data, 'agent'), { limitBytes, clock }))
  const outbox = opened.use(await openReporterOutbox(join(data, 'reporter')))
  const mirrors = opened.use(await openMirrors({ root: join(data, 'runner', 'mirrors'), clock }))
  const engine = opened.use(openEngine(config.engine, { clock, log, dockerHost, runtimeDirectory, path, registries }))
  const planner = opened.use(openPlanner())
  const client = opened.use(openHttpClient())
  const server = opened.use(openHttpServer({ host, port, log, metrics, apiToken }))
  return { metrics, store, blobs, queue, inbox, outbox, mirrors, engine, planner, client, server }
}

function startTelling({ config, url, ...services }: Services): Promise<AsyncDisposable> {
  const { githubToken: token, githubApiUrl: apiUrl, results, publicUrl = url } = config
  return startReporter({
    ...services,
    results,
    publicUrl,
    ...(token === undefined ? {} : { github: { token, apiUrl } }),
  })
}

function startHearing({ config, onFound, ...services }: Services): Promise<AsyncDisposable> {
  const { webhookSecrets, githubApiUrl } = config
  const inbox: Adapters['inbox'] = {
    ...services.inbox,
    async keepHeads(moves) {
      await services.inbox.keepHeads(moves)
      if (moves.messages.length > 0) onFound?.(moves.messages)
    },
  }
  const sweep = services.selection === undefined ? { sweep: sweepOptions(config, services.log) } : {}
  return startAgent({ ...services, inbox, webhookSecrets, forgeHost: forgeHostOf(githubApiUrl), ...sweep })
}

function startRunning({ config, url, ...services }: Services): Promise<AsyncDisposable> {
  const {
    runnerName: name,
    runnerSlots: slots,
    runnerLabels: labels,
    runnerUrl = url,
    runnerToken,
    data,
    policy,
  } = config
  const where = { runnerUrl, dispatcherUrl: url, data: join(data, 'runner') }
  return startRunner({ ...services, ...where, name, slots, labels, runnerToken, policy })
}

/** An address to listen on everywhere is none to connect to. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
