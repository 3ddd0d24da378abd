import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openMirrors } from '@narwhal/git'
import { type Clock, type HttpClient, openHttpClient, openHttpServer, openMetrics, silentLog } from '@narwhal/host'
import { problem, type Repository } from '@narwhal/protocol'
import { startRunner } from '@narwhal/runner'
import { openEngine } from '@narwhal/runner/engine'
import type { Planner } from '@narwhal/runner/planner'

export interface RunnerStoryOptions {
  readonly name: string
  readonly slots: number
  readonly dispatcherUrl: string
  readonly runnerToken: string
  readonly clock: Clock
  readonly data: string
  readonly planner: Planner
  /** Where a repository is cloned from. */
  readonly sourceOf: (repository: Repository) => string
  readonly labels?: readonly string[]
  /** As NARWHAL_ENGINE has it; `scripted:` unless given. */
  readonly engine?: string
}

/** A runner in the story's process. */
export interface RunnerStory extends AsyncDisposable {
  /** The network takes nothing of it any more, in either direction. */
  silence(): Promise<void>
  /** Its process is gone: its connections end, its address refuses. */
  die(): Promise<void>
}

export async function startRunnerStory(options: RunnerStoryOptions): Promise<RunnerStory> {
  await using undo = new AsyncDisposableStack()
  const { clock, name, slots, dispatcherUrl, runnerToken } = options
  const [log, metrics] = [silentLog(), openMetrics()]
  const data = join(options.data, name)
  await mkdir(data, { recursive: true })
  const client = undo.use(openHttpClient())
  const network = cuttable(client)
  const engine = undo.use(
    openEngine(options.engine ?? 'scripted:', { clock, log, dockerHost: process.env['DOCKER_HOST'] }),
  )
  const mirrors = undo.use(await openMirrors({ root: join(data, 'mirrors'), clock }))
  const server = undo.use(openHttpServer({ host: '127.0.0.1', port: 0, log, metrics }))
  const listening = { url: '' }
  const deps = {
    server,
    name,
    slots,
    labels: options.labels ?? [],
    dispatcherUrl,
    runnerToken,
    client: network.client,
    engine,
    mirrors,
    planner: options.planner,
    data,
    clock,
    log,
    metrics,
  }
  const runner = await startRunner({
    ...deps,
    runnerUrl: () => listening.url,
    cloneSource: (repository) => ({ url: options.sourceOf(repository) }),
  })
  undo.use({
    async [Symbol.asyncDispose]() {
      if (!network.isCut()) await runner[Symbol.asyncDispose]()
    },
  })
  listening.url = await server.listen()
  const owned = undo.move()
  return {
    async silence() {
      network.cut()
      await server[Symbol.asyncDispose]()
    },
    async die() {
      network.cut()
      await Promise.all([server[Symbol.asyncDispose](), client[Symbol.asyncDispose]()])
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function cuttable(client: HttpClient) {
  let cut = false
  return {
    cut: () => void (cut = true),
    isCut: () => cut,
    client: {
      ...client,
      call: (route, options) =>
        cut
          ? Promise.reject(problem('UNREACHABLE', 'the cable is cut', { data: { sent: false } }))
          : client.call(route, options),
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    } satisfies HttpClient,
  }
}
