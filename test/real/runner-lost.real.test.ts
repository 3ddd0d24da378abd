import type { BuildView } from '@narwhal/protocol'
import { attemptLabel } from '@narwhal/runner/labels'
import Docker from 'dockerode'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startRabbitmq } from '../setup/start-rabbitmq.ts'
import { testImage } from './many-pushes.ts'
import { jobOf, pushed } from './pushed-build.ts'
import { type Cluster, startCluster } from './start-cluster.ts'
import { whatIsLeft } from './what-is-left.ts'

const opened = new AsyncDisposableStack()
const patience = { timeout: 60_000, interval: 100 }
let cluster: Cluster

beforeAll(async () => {
  const broker = opened.use(await startRabbitmq())
  cluster = opened.use(await startCluster({ amqpUrl: broker.url, runners: 2, slots: 1, leaseMs: 9_000 }))
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

test('a job whose lease ended while its runner was dead runs once more, when the first container is dead', async () => {
  const build = await pushed(
    cluster,
    'lost',
    `image: ${testImage}\nconcurrency: one\nrun: echo one; sleep 12; echo two\n`,
  )
  const held = await build.until((view) => expect(stateOf(view)).toEqual(['running']))
  const name = jobOf(held, 'build').attempts[0]?.runner
  const dead = cluster.runners.filter((runner) => runner.name === name)

  await Promise.all(dead.map((runner) => runner.kill()))

  const again = await build.until((view) => expect(stateOf(view)).toEqual(['lost', 'running']))
  const running = await runningAttempts(jobOf(again, 'build').attempts.map(({ id }) => id))
  expect(running).not.toContain(jobOf(again, 'build').attempts[0]?.id)
  await Promise.all(dead.map((runner) => runner.start()))
  const ended = await build.ends('passed')
  expect(await ended.log('build')).toBe('one\ntwo\n')
  await vi.waitFor(async () => expect(await leftOf(cluster)).toEqual([]), patience)
})

function stateOf(view: BuildView): readonly string[] {
  const attempts = view.jobs.filter(({ kind }) => kind === 'steps').flatMap((job) => job.attempts)
  return attempts.map(({ state }) => state).filter((state) => state !== 'refused') // a dead runner may be asked once more
}

/** Those of the attempts of which a container runs. */
async function runningAttempts(ids: readonly string[]): Promise<readonly string[]> {
  const containers = await new Docker().listContainers({ filters: { label: [attemptLabel] } })
  return containers.map(({ Labels }) => Labels[attemptLabel] ?? '').filter((id) => ids.includes(id))
}

/** Containers, networks and directories; networks lie ready for a while for the next attempt. */
async function leftOf(one: Cluster): Promise<readonly string[]> {
  const { containers, attempts } = await whatIsLeft(one)
  return [...containers, ...attempts]
}
