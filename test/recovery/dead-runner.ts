import { scheduler } from 'node:timers/promises'
import { expect } from 'vitest'
import { testImage } from '../real/many-pushes.ts'
import { startCluster } from '../real/start-cluster.ts'
import { openPushes, type Pushed } from './open-pushes.ts'
import type { Recovery } from './recovery.ts'

/** Longer than anything here waits: what happens does not come from the end of a lease. */
const leaseMs = 300_000

/** A busy runner is killed, and another one has a free slot. */
export const deadRunner: Recovery = {
  id: 'a',
  what: 'kill -9 of a busy runner, `lost: rerun`, a free slot elsewhere → the step runs there (leases of 300 s)',
  goalMs: 2_000,
  times: 20,
  async open({ broker }) {
    const cluster = await startCluster({ amqpUrl: broker.url, runners: 2, slots: 1, leaseMs })
    const pushes = openPushes(cluster)
    return {
      async run(number) {
        const job = await pushes.push('killed', `image: ${testImage}\nrun: echo ${number}; sleep 600\n`)
        const victim = await pushes.runsOn(job, 1)
        const program = cluster.runners.find(({ name }) => name === victim)
        await scheduler.wait(500) // it is busy for a while

        const diedAt = Date.now()
        await program?.kill()
        const heir = await pushes.runsOn(job, 2)

        const tookMs = (await pushes.startedAt(job)) - diedAt
        expect(heir).not.toBe(victim)
        await program?.start()
        await endJob(job)
        return tookMs
      },
      printLogs: cluster.printLogs,
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    }

    async function endJob({ jobId, buildId }: Pushed): Promise<void> {
      await cluster.rest.cancel(jobId, 'seen')
      await pushes.ends(buildId)
      await cluster.isReady()
      await pushes.slotsAreFree()
    }
  },
}
