import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openMirrors } from '@narwhal/git'
import { type Clock, type HttpClient, openHttpClient, openHttpServer, openMetrics, silentLog } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { startRunner } from '@narwhal/runner'
import { openEngine } from '@narwhal/runner/engine'

export interface RunnerStoryOptions {
  readonly name: string
  readonly slots: number
  readonly dispatcherUrl: string
  readonly runnerToken: string
  readonly clock: Clock
  readonly data: string
  /** Where every repository is cloned from. */
  readonly source: string
}

/** A runner in the story's process. */
export interface RunnerStory extends AsyncDisposable {
  /** The network takes nothing of it any more, in either direction. */
  silence(): Promise<void>
}

export async function startRunnerStory(options: RunnerStoryOptions): Promise<RunnerStory> {
  await using undo = new AsyncDisposableStack()
  const { clock, name, slots, dispatcherUrl, runnerToken } = options
  const [log, metrics] = [silentLog(), openMetrics()]
  const data = join(options.data, name)
  await mkdir(data, { recursive: true })
  const network = cuttable(undo.use(openHttpClient()))
  const engine = undo.use(openEngine('scripted:', { clock, log }))
  const mirrors = undo.use(await openMirrors({ root: join(data, 'mirrors'), clock }))
  const server = undo.use(openHttpServer({ host: '127.0.0.1', port: 0, log, metrics }))
  const listening = { url: '' }
  const deps = {
    server,
    name,
    slots,
    labels: [],
    dispatcherUrl,
    runnerToken,
    client: network.client,
    engine,
    mirrors,
    data,
    clock,
    log,
    metrics,
  }
  const runner = await startRunner({
    ...deps,
    runnerUrl: () => listening.url,
    cloneSource: () => ({ url: options.source }),
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
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function cuttable(client: HttpClient) {
  let cut = false
  return {
    cut: () => void (cut = true),
    isCut: () => cut,
    client: {
      call: (route, options) =>
        cut
          ? Promise.reject(problem('UNREACHABLE', 'the cable is cut', { data: { sent: false } }))
          : client.call(route, options),
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    } satisfies HttpClient,
  }
}
