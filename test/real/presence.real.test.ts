import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import { elapsed } from './elapsed.ts'
import { commitMany, expectOneOfEach, type Pushes, tellAll } from './many-pushes.ts'
import { type Cluster, startCluster } from './start-cluster.ts'

// The leases are so long that nothing here can come from the end of one.
const leaseMs = 600_000

const opened = new AsyncDisposableStack()
let cluster: Cluster

beforeAll(async () => {
  const { url } = opened.use(await provideRabbitmq())
  cluster = opened.use(await startCluster({ amqpUrl: url, runners: 2, slots: 1, leaseMs }))
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

test('the job of a runner that is killed runs on the other one, though its lease has not ended', async () => {
  const pushes = await commitMany(cluster, { name: 'given-away', count: 1, seconds: 8 })
  await tellAll(cluster, pushes)
  const victim = await vi.waitFor(() => runningOn(pushes, 1), { timeout: 20_000, interval: 20 })

  const took = elapsed()
  await cluster.runners.find(({ name }) => name === victim)?.kill()

  const heir = await vi.waitFor(() => runningOn(pushes, 2), { timeout: 20_000, interval: 20 })
  console.log(`runs elsewhere ${took()} after the death`)
  expect(heir).not.toBe(victim)
  expect(await attemptsOf(pushes)).toEqual([`lost ${victim}`, `running ${heir}`])
  await expectOneOfEach(cluster, pushes)
})

/** The runner on which the step of that attempt runs. */
async function runningOn(pushes: Pushes, number: number): Promise<string> {
  const [, job] = (await cluster.rest.builds(`ada/${pushes.name}`))[0]?.jobs ?? []
  const attempt = job?.attempts.find((one) => one.number === number)
  expect(attempt?.steps[0]?.state).toBe('running')
  return attempt?.runner ?? ''
}

async function attemptsOf({ name }: Pushes): Promise<readonly string[] | undefined> {
  const [, job] = (await cluster.rest.builds(`ada/${name}`))[0]?.jobs ?? []
  return job?.attempts.map(({ state, runner }) => `${state} ${runner}`)
}
