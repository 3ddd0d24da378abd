import { systemClock } from '@narwhal/host'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import { commitMany, expectOneOfEach, tellAll } from './many-pushes.ts'
import { elapsed } from './elapsed.ts'
import { type Cluster, startCluster } from './start-cluster.ts'
import { nothing, whatIsLeft } from './what-is-left.ts'

const opened = new AsyncDisposableStack()
let cluster: Cluster

beforeAll(async () => {
  const { url } = opened.use(await provideRabbitmq())
  cluster = opened.use(await startCluster({ amqpUrl: url, runners: 3, slots: 2, leaseMs: 6_000 }))
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

test('twenty pushes at once become twenty of everything, and no more', async () => {
  const pushes = await commitMany(cluster, { name: 'twenty', count: 20, seconds: 0.3 })

  const took = elapsed()
  const answers = await tellAll(cluster, pushes)
  console.log(`twenty deliveries answered within ${took()}`)

  expect(answers).toEqual(pushes.shas.map(() => 202))
  await expectOneOfEach(cluster, pushes)
  console.log(`twenty builds ended and told after ${took()}`)
  const { runners } = await held()
  expect(runners).toEqual([0, 0, 0])
})

test('twenty pushes are still twenty of everything when a runner is killed among them', async () => {
  const pushes = await commitMany(cluster, { name: 'killed', count: 20, seconds: 1 })
  const [victim] = cluster.runners

  const took = elapsed()
  expect(await tellAll(cluster, pushes)).toEqual(pushes.shas.map(() => 202))
  await vi.waitFor(() => runsSteps('runner-1'), { timeout: 20_000, interval: 20 })
  await victim?.kill()
  console.log(`runner-1 killed after ${took()}, with ${(await whatIsLeft(cluster)).containers.length} containers`)
  await systemClock.sleep(10_000)
  await victim?.start()

  await expectOneOfEach(cluster, pushes)
  console.log(`twenty builds ended and told after ${took()}`)
  const builds = await cluster.rest.builds('ada/killed')
  const attempts = builds.flatMap(({ jobs }) => jobs.flatMap((job) => job.attempts))
  expect(attempts.filter(({ state }) => state === 'lost').map(({ runner }) => runner)).toContain('runner-1')
})

test('a minute later nothing of all this is left, while the runners live and after they ended', async () => {
  await cluster.isReady()
  await vi.waitFor(async () => expect(await whatIsLeft(cluster)).toEqual(nothing), {
    timeout: 60_000,
    interval: 250,
  })

  const exits = await Promise.all(cluster.runners.map((runner) => runner.end()))

  expect(exits).toEqual([0, 0, 0])
  expect(await whatIsLeft(cluster)).toEqual(nothing)
})

async function held() {
  const views = await cluster.rest.runners()
  return { runners: views.map((view) => view.held) }
}

/** A step of the second batch runs on a runner. */
async function runsSteps(runner: string): Promise<void> {
  const builds = await cluster.rest.builds('ada/killed')
  const attempts = builds.flatMap(({ jobs }) => jobs.flatMap((job) => job.attempts))
  const running = attempts.filter((attempt) => attempt.runner === runner && attempt.steps[0]?.state === 'running')
  expect(running).not.toEqual([])
}
