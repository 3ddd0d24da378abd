import { scheduler } from 'node:timers/promises'
import { expect } from 'vitest'
import { until } from '../setup/until.ts'
import { testImage } from '../real/many-pushes.ts'
import { startCluster } from '../real/start-cluster.ts'
import { openPushes } from './open-pushes.ts'
import type { Recovery } from './recovery.ts'

const lines = 60

/** The only runner is killed while it is busy, and started again at once. */
export const restartedRunner: Recovery = {
  id: 'b',
  what: 'kill -9 of the only runner, started again at once → the same attempt says more (its log is whole at the end)',
  times: 20,
  async open({ broker }) {
    const cluster = await startCluster({ amqpUrl: broker.url, runners: 1, slots: 1, leaseMs: 30_000 })
    const pushes = openPushes(cluster)
    const [runner] = cluster.runners
    return {
      async run(number) {
        const script = `i=0; while [ $i -lt ${lines} ]; do echo ${number}.$i; i=$((i+1)); sleep 0.1; done`
        const job = await pushes.push('restarted', `image: ${testImage}\nrun: ${script}\n`)
        await pushes.runsOn(job, 1)
        await scheduler.wait(300 + 100 * number) // somewhere else in each run

        const startedAt = performance.now()
        await runner?.kill()
        const before = await cluster.rest.logBytes(job.jobId)
        await runner?.start()
        await until(
          async () => expect((await cluster.rest.logBytes(job.jobId)).length).toBeGreaterThan(before.length),
          {
            timeoutMs: 120_000,
            intervalMs: 20,
          },
        )
        const tookMs = performance.now() - startedAt

        expect((await pushes.ends(job.buildId)).ending?.outcome).toBe('passed')
        const { attempts } = await pushes.jobOf(job)
        expect(attempts.map(({ state }) => state)).toEqual(['finished'])
        const expected = Array.from({ length: lines }, (_, line) => `${number}.${line}\n`).join('')
        expect((await cluster.rest.logBytes(job.jobId)).toString()).toBe(expected)
        await pushes.slotsAreFree()
        return tookMs
      },
      printLogs: cluster.printLogs,
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    }
  },
}
