import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { scheduler } from 'node:timers/promises'
import { expect } from 'vitest'
import { quantile } from '../bench/quantile.ts'
import { until } from '../setup/until.ts'
import { type Cluster, startCluster } from '../real/start-cluster.ts'
import { readMetric } from './read-metric.ts'
import { readStore } from './read-store.ts'
import type { Recovery, RecoveryContext } from './recovery.ts'

/** RabbitMQ 3.10 loses a quorum queue that was declared less than about 3 s before it is killed. In milliseconds. */
const settledMs = 15_000

/** RabbitMQ is away while webhooks come in at a steady rate. */
export const brokerOutage: Recovery = {
  id: 'e',
  what: 'RabbitMQ away while webhooks come in, from its return → every one is a build (none refused, none lost, none twice)',
  goalMs: 60_000,
  times: 1,
  async open(context) {
    const { broker, print } = context
    const cluster = await startCluster({ amqpUrl: broker.url, runners: 0, slots: 1 })
    const { dispatcher } = cluster
    const taken: string[] = []
    await scheduler.wait(settledMs)
    return {
      async run() {
        await broker.kill()
        const sent = await sendSteadily(cluster, context)
        taken.push(...sent.filter(({ status }) => status === 202).map(({ sha }) => sha))
        const p99Ms = quantile(
          sent.map(({ tookMs }) => tookMs),
          0.99,
        )
        print(
          `e: ${sent.length} deliveries in ${context.outageSeconds} s, answered within ${p99Ms.toFixed(0)} ms (p99)`,
        )
        await broker.start()

        const startedAt = performance.now()
        await until(
          async () => expect(await readMetric(dispatcher.url, 'narwhal_jobs{state="queued"}')).toBe(taken.length),
          { timeoutMs: 600_000, intervalMs: 100 },
        )
        const tookMs = performance.now() - startedAt

        const refused = sent.filter(({ status }) => status !== 202)
        expect(refused, 'deliveries that were not answered 202').toEqual([])
        await expectOneBuildEach(cluster, taken)
        return tookMs
      },
      printLogs: cluster.printLogs,
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    }
  },
}

interface Sent {
  readonly sha: string
  /** 0 when there was no answer. */
  readonly status: number
  readonly tookMs: number
}

/** Each delivery leaves at its own time, however long the others take. */
async function sendSteadily(cluster: Cluster, { outageSeconds, rate }: RecoveryContext): Promise<readonly Sent[]> {
  const startedAt = performance.now()
  const sending: Promise<Sent>[] = []
  for (let place = 0; place < outageSeconds * rate; place++) {
    const earlyMs = startedAt + (place * 1000) / rate - performance.now()
    if (earlyMs > 1) await scheduler.wait(earlyMs)
    sending.push(sendOne(cluster))
  }
  const leftMs = startedAt + outageSeconds * 1000 - performance.now()
  if (leftMs > 0) await scheduler.wait(leftMs)
  return Promise.all(sending)
}

async function sendOne({ tell }: Cluster): Promise<Sent> {
  const sha = randomBytes(20).toString('hex')
  const startedAt = performance.now()
  const status = await tell('outage', sha).catch(() => 0)
  return { sha, status, tookMs: performance.now() - startedAt }
}

async function expectOneBuildEach({ dispatcher, root }: Cluster, shas: readonly string[]): Promise<void> {
  await dispatcher.end()
  {
    using store = readStore(join(root, 'dispatcher', 'store.sqlite'))
    expect(store.texts('select sha from builds order by sha')).toEqual(shas.toSorted())
  }
  await dispatcher.start()
}
