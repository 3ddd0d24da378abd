import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId, newToken, openHttpClient, openHttpServer, openMetrics, serveRoute, silentLog } from '@narwhal/host'
import {
  createBuild,
  heartbeatRunner,
  type Offer,
  offerAttempt,
  registerRunner,
  reportAttempt,
} from '@narwhal/protocol'
import { freePort } from '../setup/free-port.ts'
import type { Measure } from './measure.ts'
import { quantile } from './quantile.ts'
import { runProgram } from './run-program.ts'

/** P7: from a job being queued to its offer reaching a runner that has a free slot. */
export const dispatchLatency: Measure = {
  title: 'P7: queued → offered',
  async run({ quick }) {
    const count = quick ? 50 : 1_000
    await using dispatcher = await startDispatcher()
    await using runner = await openOfferTaker(dispatcher)
    const samples: number[] = []
    for (let place = 0; place < count; place++) {
      if (place % 100 === 0) await runner.heartbeat()
      samples.push(await runner.queuedToOffer(shaOf(place)))
    }
    const row = { id: 'P7', unit: 'ms', n: count } as const
    const what = 'queued → offer at the runner, runner free'
    return {
      rows: [
        { ...row, what: `${what}, p50`, value: quantile(samples, 0.5), goal: 'for comparison' },
        { ...row, what: `${what}, p99`, value: quantile(samples, 0.99), goal: { valueAtMost: 10 } },
      ],
    }
  },
}

function shaOf(place: number): string {
  return createHash('sha1').update(String(place)).digest('hex')
}

interface BenchDispatcher extends AsyncDisposable {
  readonly url: string
  readonly apiToken: string
  readonly runnerToken: string
}

async function startDispatcher(): Promise<BenchDispatcher> {
  await using undo = new AsyncDisposableStack()
  const data = await mkdtemp(join(tmpdir(), 'narwhal-bench-'))
  undo.defer(() => rm(data, { recursive: true, force: true }))
  const port = await freePort()
  const [url, apiToken, runnerToken] = [`http://127.0.0.1:${port}`, newToken(), newToken()]
  const env = {
    NARWHAL_PORT: String(port),
    NARWHAL_QUEUE: `sqlite:${join(data, 'queue.sqlite')}`,
    NARWHAL_STORE: `sqlite:${join(data, 'store.sqlite')}`,
    NARWHAL_BLOBS: `file:${join(data, 'blobs')}`,
    NARWHAL_API_TOKEN: apiToken,
    NARWHAL_RUNNER_TOKEN: runnerToken,
  }
  undo.use(await runProgram(['services/dispatcher/main.ts'], { env, url }))
  const owned = undo.move()
  return { url, apiToken, runnerToken, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** A runner that takes every offer and ends it at once. */
async function openOfferTaker({ url: baseUrl, apiToken, runnerToken }: BenchDispatcher) {
  await using undo = new AsyncDisposableStack()
  const client = undo.use(openHttpClient())
  const server = undo.use(openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() }))
  let offered = Promise.withResolvers<{ readonly offer: Offer; readonly at: number }>()
  serveRoute(server, offerAttempt, {
    tokens: { runner: runnerToken },
    answer: async ({ body }) => {
      offered.resolve({ offer: body, at: Date.now() })
      return { free: 0 }
    },
  })
  const runner = {
    id: newId(Date.now()),
    life: randomUUID(),
    name: 'bench',
    url: await server.listen(),
    slots: 1,
    labels: [],
    attempts: [],
  }
  await client.call(registerRunner, { baseUrl, token: runnerToken, body: runner })
  const owned = undo.move()
  return {
    heartbeat: () => client.call(heartbeatRunner, { baseUrl, token: runnerToken, params: { runnerId: runner.id } }),
    /** Milliseconds, rounded up: both clocks are whole milliseconds, so it is less than a millisecond too long. */
    async queuedToOffer(sha: string): Promise<number> {
      offered = Promise.withResolvers()
      const build = client.call(createBuild, {
        baseUrl,
        token: apiToken,
        body: { repository: 'github.com/ada/engine', sha },
      })
      const [{ createdAt }, { offer, at }] = await Promise.all([build, offered.promise])
      const { attemptId, token } = offer
      await client.call(reportAttempt, { baseUrl, token, params: { attemptId }, body: skipped(at) })
      return at - createdAt + 1
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function skipped(at: number) {
  const log = { bytes: 0, sha256: createHash('sha256').digest('hex') }
  return { events: [], chunks: [], result: { ending: { outcome: 'skipped' as const }, at, log } }
}
