import { join } from 'node:path'
import { expect, afterAll, beforeAll, beforeEach, test } from 'vitest'
import { startRabbitmq } from '../setup/start-rabbitmq.ts'
import { until } from '../setup/until.ts'
import { breakSyncs } from './break-syncs.ts'
import { deliverAll } from './deliver-all.ts'
import { commitMany, expectOneOfEach, tellAll } from './many-pushes.ts'
import type { ServiceProgram } from './service-program.ts'
import { type Cluster, startCluster } from './start-cluster.ts'

// The disk of one service after the other fills up, or fails to sync. What was answered with 2xx becomes one build,
// also when the service is killed; while it cannot keep anything it says 503, or ends.

const patience = { timeoutMs: 60_000, intervalMs: 50 }
const diskBroken = 74

const opened = new AsyncDisposableStack()
let cluster: Cluster

beforeAll(async () => {
  const broker = opened.use(await startRabbitmq())
  cluster = opened.use(
    await startCluster({ amqpUrl: broker.url, runners: 1, slots: 3, diskMebibytes: 16, leaseMs: 10_000 }),
  )
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

/** A service that begins anew has an empty log beside its database: there is no room in it that it could still use. */
async function fillDiskOf(program: ServiceProgram) {
  await program.end()
  await program.start()
  await until(async () => expect(await program.isReady()).toBe(true), patience)
  const { [cluster.all.indexOf(program)]: disk = expect.fail(`${program.name} has no disk`) } = cluster.disks
  await disk.fill()
  return disk
}

/** Ends with what `program` says and does once it cannot sync. */
async function endsForItsDisk(program: ServiceProgram): Promise<void> {
  expect(await program.ended()).toBe(diskBroken)
  expect(await program.logTail(20)).toContain('DISK_BROKEN — docs/errors.md#disk_broken')
}

test('an agent whose disk is full says 503 until there is room, and keeps what it took', async () => {
  const { agent } = cluster
  const pushes = await commitMany(cluster, { name: 'full-agent', count: 4, seconds: 0.1 })

  const disk = await fillDiskOf(agent)
  const answers = await deliverAll(cluster, pushes)
  const readyWhenFull = await agent.isReady()
  await disk.free()
  await until(async () => expect(await agent.isReady()).toBe(true), patience)
  const again = await tellAll(cluster, pushes)
  await agent.kill()
  await agent.start()

  expect(answers).toEqual(pushes.shas.map(() => ({ status: 503, retryAfter: '10' })))
  expect(readyWhenFull).toBe(false)
  expect(again).toEqual(pushes.shas.map(() => 202))
  await expectOneOfEach(cluster, pushes)
})

test('a dispatcher whose disk is full acknowledges nothing, says 503, and goes on when there is room', async () => {
  const { dispatcher, rest } = cluster
  const pushes = await commitMany(cluster, { name: 'full-dispatcher', count: 4, seconds: 0.1 })

  const disk = await fillDiskOf(dispatcher)
  const answers = await tellAll(cluster, pushes)
  const byHand = await fetch(`${dispatcher.url}/v1/builds`, {
    method: 'POST',
    headers: { authorization: `Bearer ${cluster.tokens.api}`, 'content-type': 'application/json' },
    body: JSON.stringify({ repository: '127.0.0.1/ada/full-dispatcher', ref: 'refs/heads/main', sha: pushes.shas[0] }),
  })
  const builds = await rest.builds('ada/full-dispatcher')
  await disk.free()

  expect(answers).toEqual(pushes.shas.map(() => 202))
  expect([byHand.status, byHand.headers.get('retry-after')]).toEqual([503, '10'])
  expect(builds).toEqual([])
  await expectOneOfEach(cluster, pushes)
})

test('a dispatcher that dies on a full disk gets from the broker what it could not keep', async () => {
  const { dispatcher } = cluster
  const pushes = await commitMany(cluster, { name: 'killed-full', count: 4, seconds: 0.1 })

  const disk = await fillDiskOf(dispatcher)
  const answers = await tellAll(cluster, pushes)
  await until(async () => expect(await dispatcher.logTail(50)).toContain('batch-rejected'), patience)
  await dispatcher.kill()
  await disk.free()
  await dispatcher.start()

  expect(answers).toEqual(pushes.shas.map(() => 202))
  await expectOneOfEach(cluster, pushes)
})

test('a reporter whose disk is full tells what happened once there is room', async () => {
  const { reporter, rest, github } = cluster
  const pushes = await commitMany(cluster, { name: 'full-reporter', count: 3, seconds: 0.1 })

  const disk = await fillDiskOf(reporter)
  await tellAll(cluster, pushes)
  await until(async () => {
    const states = (await rest.builds('ada/full-reporter')).map(({ state }) => state)
    expect(states).toEqual(pushes.shas.map(() => 'finished'))
  }, patience)
  const toldWhenFull = pushes.shas.flatMap((sha) => github.statusesOf(sha))
  await disk.free()

  expect(toldWhenFull).toEqual([])
  await expectOneOfEach(cluster, pushes)
})

test('a job of a runner whose disk is full runs again once there is room', async () => {
  const [runner = expect.fail()] = cluster.runners
  const pushes = await commitMany(cluster, { name: 'full-runner', count: 1, seconds: 0.1 })

  const disk = await fillDiskOf(runner)
  await tellAll(cluster, pushes)
  await until(async () => {
    const [build] = await cluster.rest.builds('ada/full-runner')
    const endings = build?.jobs.flatMap(({ attempts }) => attempts.map(({ ending }) => ending?.code)) ?? []
    expect(endings).toContain('DISK_FULL')
  }, patience)
  await disk.free()

  await until(async () => {
    const builds = await cluster.rest.builds('ada/full-runner')
    expect(builds.map(({ ending }) => ending?.outcome)).toEqual(['passed'])
  }, patience)
})

test('an agent whose disk does not sync ends; what it had answered with 2xx becomes one build', async () => {
  const { agent } = cluster
  const pushes = await commitMany(cluster, { name: 'broken-agent', count: 4, seconds: 0.1 })

  const broken = await breakSyncs(agent.pid())
  const answers = await deliverAll(cluster, pushes)
  await endsForItsDisk(agent)
  await broken[Symbol.asyncDispose]()
  await agent.start()
  const again = await tellAll(cluster, pushes)

  expect(answers.filter(({ status }) => status !== 503 && status !== undefined)).toEqual([])
  expect(again.filter((status) => status !== 200 && status !== 202)).toEqual([])
  await expectOneOfEach(cluster, pushes)
})

test('a dispatcher whose disk does not sync ends without an acknowledgement', async () => {
  const { dispatcher } = cluster
  const pushes = await commitMany(cluster, { name: 'broken-dispatcher', count: 4, seconds: 0.1 })

  const broken = await breakSyncs(dispatcher.pid())
  const answers = await tellAll(cluster, pushes)
  await endsForItsDisk(dispatcher)
  await broken[Symbol.asyncDispose]()
  await dispatcher.start()

  expect(answers).toEqual(pushes.shas.map(() => 202))
  await expectOneOfEach(cluster, pushes)
})

test('a reporter whose disk does not sync ends, and tells everything after its next start', async () => {
  const { reporter } = cluster
  const pushes = await commitMany(cluster, { name: 'broken-reporter', count: 3, seconds: 0.1 })

  const broken = await breakSyncs(reporter.pid())
  await tellAll(cluster, pushes)
  await endsForItsDisk(reporter)
  await broken[Symbol.asyncDispose]()
  await reporter.start()

  await expectOneOfEach(cluster, pushes)
})

test('a runner that cannot keep a result on its disk tells it all the same', async () => {
  const [runner = expect.fail(), data = ''] = [cluster.runners[0], cluster.runnerData[0]]
  const pushes = await commitMany(cluster, { name: 'broken-runner', count: 1, seconds: 8 })
  await tellAll(cluster, pushes)
  const attemptId = await until(async () => {
    const [build] = await cluster.rest.builds('ada/broken-runner')
    const running = build?.jobs
      .flatMap(({ attempts }) => attempts)
      .find(({ state, steps }) => state === 'running' && steps.length > 0)
    expect(running).toBeDefined()
    return running?.id ?? ''
  }, patience)

  await using _broken = await breakSyncs(runner.pid(), join(data, 'attempts', attemptId, 'journal.jsonl'))

  await expectOneOfEach(cluster, pushes)
  expect(await runner.logTail(50)).toContain('the result could not be kept on the disk')
})
