import { expect } from 'vitest'
import { testImage } from '../real/many-pushes.ts'
import { startCluster } from '../real/start-cluster.ts'
import { openPushes } from './open-pushes.ts'
import type { Recovery } from './recovery.ts'

/** Longer than the 17 s after which a runner without heartbeats is offered nothing: it must not get the job back. */
const leaseMs = 24_000
/** The dispatcher waits a little longer than the lease, counts from the last renewal, and looks once a second. */
const graceMs = 2_000
const earliestMs = leaseMs - leaseMs / 3
const latestMs = leaseMs + graceMs + 1_000

/** A busy runner stands still, as a machine does that swaps or whose cable is cut: only the end of its lease tells. */
export const silentRunner: Recovery = {
  id: 'c',
  what: `SIGSTOP of a busy runner → its attempt is lost (leases of ${leaseMs / 1000} s, and 2 s of grace)`,
  goalMs: latestMs,
  times: 20,
  async open({ broker }) {
    const cluster = await startCluster({ amqpUrl: broker.url, runners: 2, slots: 1, leaseMs })
    const pushes = openPushes(cluster)
    return {
      async run(number) {
        const job = await pushes.push('silent', `image: ${testImage}\nrun: echo ${number}; sleep 600\n`)
        const victim = await pushes.runsOn(job, 1)
        const pid = cluster.runners.find(({ name }) => name === victim)?.pid() ?? expect.fail('it does not run')

        const startedAt = performance.now()
        process.kill(pid, 'SIGSTOP')
        await pushes.lost(job, 1)
        const tookMs = performance.now() - startedAt

        expect(tookMs, 'not before its end').toBeGreaterThan(earliestMs)
        expect(await pushes.runsOn(job, 2)).not.toBe(victim)
        process.kill(pid, 'SIGCONT')
        await cluster.rest.cancel(job.jobId, 'seen')
        await pushes.ends(job.buildId)
        await cluster.isReady()
        await pushes.slotsAreFree()
        return tookMs
      },
      printLogs: cluster.printLogs,
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    }
  },
}
