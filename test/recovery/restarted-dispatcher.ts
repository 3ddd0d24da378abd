import { join } from 'node:path'
import { newId, systemClock } from '@narwhal/host'
import { type CommitMessage, commitsTopic } from '@narwhal/protocol'
import { openQueue } from '@narwhal/queue'
import { expect } from 'vitest'
import { until, type UntilOptions } from '../setup/until.ts'
import { owner, startCluster } from '../real/start-cluster.ts'
import { readMetric } from './read-metric.ts'
import { readStore } from './read-store.ts'
import type { Recovery } from './recovery.ts'

const queued = 10_000
/** So many end while all this goes on. */
const more = 2_000
const patience: UntilOptions = { timeoutMs: 600_000, intervalMs: 20 }
const pipeline = 'image: scripted:1\nrun: sleep 1; echo done\n'

/** The dispatcher is killed with 10,000 jobs queued and some running, and started again. */
export const restartedDispatcher: Recovery = {
  id: 'd',
  what: `kill -9 of the dispatcher with ${queued} jobs queued, from its start → the first lease (nothing lost, nothing run again)`,
  goalMs: 5_000,
  times: 20,
  async open({ broker, print }) {
    const cluster = await startCluster({ amqpUrl: broker.url, runners: 1, slots: 4, engine: 'scripted:' })
    const { dispatcher } = cluster
    const jobs = (state: string) => readMetric(dispatcher.url, `narwhal_jobs{state="${state}"}`)
    await publishCommits(broker.url, await cluster.commit('queued', pipeline), queued + more)
    await until(async () => expect((await cluster.rest.builds('ada/queued'))[0]?.number).toBe(queued + more), {
      ...patience,
      intervalMs: 1_000, // a list of a hundred builds is no small question
    })
    print(`d: ${await jobs('queued')} jobs are queued`)
    return {
      async run() {
        await until(async () => expect(await jobs('running')).toBeGreaterThan(0), patience)
        expect(await jobs('queued')).toBeGreaterThanOrEqual(queued)

        await dispatcher.kill()
        const startedAt = performance.now()
        const listens = dispatcher.start()
        await until(async () => {
          const offers = await readMetric(dispatcher.url, 'narwhal_dispatch_latency_seconds_count')
          expect(offers).toBeGreaterThan(0)
        }, patience)
        const tookMs = performance.now() - startedAt

        await listens
        await cluster.isReady()
        return tookMs
      },
      async expectWhole() {
        await dispatcher.kill()
        using store = readStore(join(cluster.root, 'dispatcher', 'store.sqlite'))
        expect(store.count('from builds'), 'builds').toBe(queued + more)
        expect(store.count("from attempts where state = 'lost'"), 'lost attempts').toBe(0)
        expect(store.count("from attempts where number > 1 and state != 'refused'"), 'jobs run again').toBe(0)
      },
      printLogs: cluster.printLogs,
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    }
  },
}

/** One commit on many branches, as an agent tells of it. */
async function publishCommits(amqpUrl: string, sha: string, count: number): Promise<void> {
  await using queue = await openQueue(amqpUrl, { clock: systemClock })
  const signal = AbortSignal.timeout(patience.timeoutMs)
  const message = (place: number): CommitMessage => ({
    version: 1,
    id: newId(Date.now()),
    eventKey: `branch ${place}`,
    receivedAt: Date.now(),
    commit: {
      repository: { host: 'github.com', owner, name: 'queued' },
      ref: `refs/heads/branch-${place}`,
      sha,
      trigger: 'push',
    },
  })
  const messages = Array.from({ length: count }, (_, place) => message(place))
  for (let from = 0; from < count; from += 200) {
    const window = messages.slice(from, from + 200)
    await Promise.all(
      window.map((one) => queue.publish(commitsTopic, { id: one.id, body: JSON.stringify(one) }, { signal })),
    )
  }
}
