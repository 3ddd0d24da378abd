import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildView } from '@narwhal/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startRabbitmq } from '../setup/start-rabbitmq.ts'
import { testImage } from './many-pushes.ts'
import { jobOf, type PushedBuild, pushed } from './pushed-build.ts'
import { type Cluster, startCluster } from './start-cluster.ts'
import { whatIsLeft } from './what-is-left.ts'

// One runner that is killed again and again, and comes back while its leases last.

const opened = new AsyncDisposableStack()
const secret = 'swordfish-of-the-deep'
const patience = { timeout: 60_000, interval: 100 }
let cluster: Cluster

beforeAll(async () => {
  const broker = opened.use(await startRabbitmq())
  cluster = opened.use(await startCluster({ amqpUrl: broker.url, runners: 1, slots: 2, leaseMs: 120_000 }))
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))
afterEach(() => vi.waitFor(async () => expect(await leftOf(cluster)).toEqual([]), patience))

test('a runner that is killed within a step goes on with it: one attempt, and every byte of the log, masked', async () => {
  await setSecret('midway')
  const build = await pushed(cluster, 'midway', countingPipeline(60))
  await untilLog(build, 'line 10 ')

  await restartRunner()

  await expectOneAttempt(build, 'passed', countedLines(60))
})

test('a result that waited for a dispatcher is told after the death of the runner, once', async () => {
  const build = await pushed(cluster, 'waiting', `image: ${testImage}\nsteps: [echo one; sleep 5; exit 3]\n`)
  await untilLog(build, 'one')
  const attemptId = (await build.until(() => undefined)).jobs.flatMap(({ attempts }) => attempts).at(-1)?.id ?? ''

  await cluster.dispatcher.kill()
  await vi.waitFor(async () => expect(await journalOf(attemptId)).toContain('"type":"ended"'), patience)
  await restartRunner()
  await cluster.dispatcher.start()

  await expectOneAttempt(build, 'failed', 'one\n')
})

function countingPipeline(last: number): string {
  const count = `for i in $(seq ${last}); do echo "line $i $TOKEN of many"; sleep 0.1; done`
  return `image: ${testImage}
steps:
  - { name: Before, run: echo before }
  - { name: Count, secrets: [TOKEN], run: '${count}' }
  - { name: After, run: echo after }
`
}

function countedLines(last: number): string {
  const lines = Array.from({ length: last }, (_, index) => `line ${index + 1} *** of many\n`)
  return `before\n${lines.join('')}after\n`
}

function setSecret(name: string): Promise<void> {
  return cluster.rest.setSecret(`127.0.0.1/ada/${name}`, { name: 'TOKEN', value: secret })
}

async function journalOf(attemptId: string): Promise<string> {
  const [data = ''] = cluster.runnerData
  return readFile(join(data, 'attempts', attemptId, 'journal.jsonl'), 'utf8').catch(() => '')
}

async function restartRunner(): Promise<void> {
  await runner().kill()
  await runner().start()
}

function runner() {
  return cluster.runners[0] ?? expect.fail('there is no runner')
}

/** The log of the job has come so far. */
async function untilLog(build: PushedBuild, text: string): Promise<void> {
  await vi.waitFor(async () => expect(await logOf(await build.until(() => undefined))).toContain(text), patience)
}

async function logOf(build: BuildView): Promise<string> {
  return (await cluster.rest.logBytes(jobOf(build, 'build').id)).toString()
}

async function expectOneAttempt(build: PushedBuild, outcome: 'passed' | 'failed', log: string): Promise<void> {
  const ended = await build.ends(outcome)
  expect(ended.job('build').attempts.map(({ number, state }) => [number, state])).toEqual([[1, 'finished']])
  expect(await ended.log('build')).toBe(log)
}

/** Containers, networks and directories; networks lie ready for a while for the next attempt. */
async function leftOf(one: Cluster): Promise<readonly string[]> {
  const { containers, attempts } = await whatIsLeft(one)
  return [...containers, ...attempts]
}
