import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startRabbitmq, type TestRabbitmq } from '../setup/start-rabbitmq.ts'
import { elapsed } from './elapsed.ts'
import { commitMany, expectOneOfEach, tellAll } from './many-pushes.ts'
import { type Cluster, startCluster } from './start-cluster.ts'
import { nothing, whatIsLeft } from './what-is-left.ts'

const opened = new AsyncDisposableStack()
let broker: TestRabbitmq
let cluster: Cluster

beforeAll(async () => {
  broker = opened.use(await startRabbitmq())
  cluster = opened.use(await startCluster({ amqpUrl: broker.url, runners: 2, slots: 2 }))
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

test('while RabbitMQ is down deliveries are taken, and all become builds once it is back', async () => {
  const pushes = await commitMany(cluster, { name: 'broker', count: 6, seconds: 0.1 })

  await broker.stop()
  const answers = await tellAll(cluster, pushes)
  expect(answers).toEqual(pushes.shas.map(() => 202))
  expect(await cluster.rest.builds('ada/broker')).toEqual([])
  await broker.start()

  const took = elapsed()
  await expectOneOfEach(cluster, pushes)
  console.log(`six builds ended and told ${took()} after RabbitMQ was back`)
})

test('while RabbitMQ is down the agent may die: what it answered with 202 becomes builds', async () => {
  const pushes = await commitMany(cluster, { name: 'agent', count: 4, seconds: 0.1 })

  await broker.kill()
  const answers = await tellAll(cluster, pushes)
  await cluster.agent.kill()
  await cluster.agent.start()
  await broker.start()

  expect(answers).toEqual(pushes.shas.map(() => 202))
  await expectOneOfEach(cluster, pushes)
})

test('a dispatcher that is killed loses none of ten queued builds, and its runners come back by themselves', async () => {
  const running = await commitMany(cluster, { name: 'running', count: 4, seconds: 9 })
  const queued = await commitMany(cluster, { name: 'queued', count: 10, seconds: 0.1 })
  await tellAll(cluster, running)
  await vi.waitFor(() => expectSteps('running', 4), { timeout: 20_000, interval: 20 })
  await tellAll(cluster, queued)
  await vi.waitFor(async () => expect(await cluster.rest.builds('ada/queued')).toHaveLength(10), 10_000)

  await cluster.dispatcher.kill()
  await vi.waitFor(async () => expect(await readiness()).toEqual([false, false]), { timeout: 15_000, interval: 50 })
  await cluster.dispatcher.start()

  const took = elapsed()
  await vi.waitFor(async () => expect(await readiness()).toEqual([true, true]), { timeout: 15_000, interval: 10 })
  console.log(`runners back ${took()} after the dispatcher listens`)
  await expectOneOfEach(cluster, running)
  await expectOneOfEach(cluster, queued)
  console.log(`all builds ended and told ${took()} after the dispatcher listens`)
  const builds = await cluster.rest.builds('ada/running')
  const attempts = builds.flatMap(({ jobs }) => jobs.flatMap((job) => job.attempts.map(({ number }) => number)))
  expect(attempts).toEqual(attempts.map(() => 1))
})

test('a runner that is killed and started again goes on with what it held', async () => {
  const [victim] = cluster.runners
  // longer than a start takes: were a slot of the other runner free by then, it would be given a job of this one
  const pushes = await commitMany(cluster, { name: 'gone-on', count: 4, seconds: 12 })
  await tellAll(cluster, pushes)
  await vi.waitFor(() => expectSteps('gone-on', 4), { timeout: 20_000, interval: 20 })

  const took = elapsed()
  await victim?.kill()
  await victim?.start()

  await expectOneOfEach(cluster, pushes)
  console.log(`builds of a runner that was killed ended and told after ${took()}`)
  const builds = await cluster.rest.builds('ada/gone-on')
  const attempts = builds.flatMap(({ jobs }) => jobs.flatMap((job) => job.attempts.map(({ number }) => number)))
  expect(attempts).toEqual(attempts.map(() => 1))
})

test('SIGTERM ends each service under load with exit code 0, and nothing is lost', async () => {
  const pushes = await commitMany(cluster, { name: 'sigterm', count: 16, seconds: 1 })
  expect(await tellAll(cluster, pushes)).toEqual(pushes.shas.map(() => 202))
  await vi.waitFor(() => expectSteps('sigterm', 1), { timeout: 20_000, interval: 20 })

  for (const program of cluster.all) {
    const took = elapsed()
    expect([program.name, await program.end()]).toEqual([program.name, 0])
    console.log(`${program.name} ended ${took()} after SIGTERM`)
    await program.start()
  }

  await expectOneOfEach(cluster, pushes)
})

test('nothing of all this is left over', async () => {
  const exits = await Promise.all(cluster.runners.map((runner) => runner.end()))

  expect(exits).toEqual([0, 0])
  expect(await whatIsLeft(cluster)).toEqual(nothing)
})

function readiness(): Promise<readonly boolean[]> {
  return Promise.all(cluster.runners.map((runner) => runner.isReady()))
}

/** At least `count` steps of `ada/NAME` run. */
async function expectSteps(name: string, count: number): Promise<void> {
  const builds = await cluster.rest.builds(`ada/${name}`)
  const attempts = builds.flatMap(({ jobs }) => jobs.flatMap((job) => job.attempts))
  const running = attempts.filter(({ steps }) => steps[0]?.state === 'running')
  expect(running.length).toBeGreaterThanOrEqual(count)
}
