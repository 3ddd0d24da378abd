import { scheduler } from 'node:timers/promises'
import { expect } from 'vitest'
import { until } from '../setup/until.ts'
import { commitMany, expectOneOfEach, tellAll } from '../real/many-pushes.ts'
import { type Cluster, startCluster } from '../real/start-cluster.ts'
import { nothing, whatIsLeft } from '../real/what-is-left.ts'
import type { Recovery } from './recovery.ts'

/** Twenty commits at once, and a runner that is killed among them. */
export const twentyCommits: Recovery = {
  id: 'twenty',
  what: '20 commits at once, a runner killed -9 among them → 20 results, each once',
  times: 10,
  async open({ broker }) {
    const cluster = await startCluster({ amqpUrl: broker.url, runners: 3, slots: 2, leaseMs: 6_000 })
    return {
      async run(number) {
        const name = `twenty-${number}`
        const pushes = await commitMany(cluster, { name, count: 20, seconds: 1 })
        const victim = cluster.runners[number % cluster.runners.length]

        const startedAt = performance.now()
        expect(await tellAll(cluster, pushes)).toEqual(pushes.shas.map(() => 202))
        await until(() => expectStepOn(cluster, name, victim?.name), { timeoutMs: 120_000, intervalMs: 20 })
        await victim?.kill()
        await scheduler.wait(3_000)
        await victim?.start()
        await expectOneOfEach(cluster, pushes, 300_000)
        const tookMs = performance.now() - startedAt

        await until(async () => expect(await whatIsLeft(cluster)).toEqual(nothing), {
          timeoutMs: 60_000,
          intervalMs: 250,
        })
        await cluster.isReady()
        return tookMs
      },
      printLogs: cluster.printLogs,
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    }
  },
}

/** A step of these commits runs on that runner. */
async function expectStepOn({ rest }: Cluster, name: string, runner: string | undefined): Promise<void> {
  const builds = await rest.builds(`ada/${name}`)
  const attempts = builds.flatMap(({ jobs }) => jobs.flatMap((job) => job.attempts))
  const running = attempts.filter((attempt) => attempt.runner === runner && attempt.steps[0]?.state === 'running')
  expect(running.length).toBeGreaterThan(0)
}
