import { createHash } from 'node:crypto'
import type { JobView } from '@narwhal/protocol'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import { testVolumeImage } from '../setup/provide-test-image.ts'
import { testImage } from './many-pushes.ts'
import { readResults } from './read-results.ts'
import { type Cluster, startCluster } from './start-cluster.ts'
import { nothing, whatIsLeft } from './what-is-left.ts'

const opened = new AsyncDisposableStack()
let cluster: Cluster

beforeAll(async () => {
  const { url } = opened.use(await provideRabbitmq())
  cluster = opened.use(await startCluster({ amqpUrl: url, runners: 1, slots: 2 }))
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

const outputPipeline = `image: ${testImage}
steps:
  - name: Words
    run: |
      echo "héllo wörld"
      printf 'no newline'
  - name: Bytes
    run: |
      printf '\\000\\377\\r\\n' >&2
      seq 1 30000
`

test('a signed push becomes a build, a log, an answer of the API, a result file and one terminal status', async () => {
  const name = 'engine'
  const sha = await cluster.commit(name, outputPipeline)

  const answer = await cluster.tell(name, sha)

  expect(answer).toBe(202)
  const { build, results } = await vi.waitFor(() => endOf(name, sha), { timeout: 30_000, interval: 50 })
  const repository = { host: '127.0.0.1', owner: 'ada', name }
  expect(build).toMatchObject({ number: 1, commit: { repository, sha, ref: 'refs/heads/main', trigger: 'push' } })
  expect(build?.ending).toEqual({ outcome: 'passed' })
  const job = build?.jobs.find(({ kind }) => kind === 'steps')
  expect(job).toMatchObject({ name: 'build', attempts: [{ number: 1, runner: 'runner-1', state: 'finished' }] })
  expect(job?.attempts[0]?.steps.map((step) => [step.name, step.exitCode])).toEqual([
    ['Words', 0],
    ['Bytes', 0],
  ])
  const log = await cluster.rest.logBytes(job?.id ?? '')
  expect(sha256(log)).toBe(sha256(expectedOutput()))
  expect(job?.attempts[0]?.log).toEqual({ bytes: log.length, sha256: sha256(log), whole: true })
  expect(results).toMatchObject({ '1.json': { outcome: 'passed', sha, counts: { jobs: 1, passed: 1 } } })
  expect(results['1.json']?.jobs[0]?.steps.map((step) => [step.name, step.outcome, step.exitCode])).toEqual([
    ['Words', 'passed', 0],
    ['Bytes', 'passed', 0],
  ])
  const statuses = cluster.github.statusesOf(sha).map(({ state, context }) => [state, context])
  expect(statuses.filter(([state]) => state !== 'pending')).toEqual([['success', 'narwhal']])
  expect(statuses.length).toBeLessThanOrEqual(2)
  expect(statuses.at(-1)).toEqual(['success', 'narwhal'])
})

test('a running job that is cancelled ends, and its container is gone', async () => {
  const name = 'patience'
  const sha = await cluster.commit(name, `image: ${testVolumeImage}\nrun: echo waiting; sleep 600\n`)
  await cluster.tell(name, sha)
  const job = await vi.waitFor(() => runningJob(sha), { timeout: 20_000, interval: 50 })
  const { containers, volumes } = await whatIsLeft(cluster)
  expect(containers).toEqual([job.attempts.at(-1)?.id])
  expect(volumes).toHaveLength(1)

  const cancelledAt = performance.now()
  await cluster.rest.cancel(job.id, 'enough')

  await vi.waitFor(async () => expect((await whatIsLeft(cluster)).containers).toEqual([]), 15_000)
  console.log(`container of a cancelled job gone after ${((performance.now() - cancelledAt) / 1000).toFixed(1)} s`)
  const { build } = await vi.waitFor(() => endOf(name, sha), { timeout: 15_000, interval: 50 })
  expect(build?.ending).toMatchObject({ outcome: 'cancelled', code: 'CANCELLED' })
  expect(cluster.github.statusesOf(sha).at(-1)).toMatchObject({ state: 'error' })
})

test('the log of a running job comes live', async () => {
  const sha = await cluster.commit('live', `image: ${testImage}\nrun: echo one; sleep 2; echo two\n`)
  await cluster.tell('live', sha)
  const job = await vi.waitFor(() => runningJob(sha), { timeout: 20_000, interval: 20 })

  const events = await cluster.rest.liveLog(job.id)

  expect(events.join('')).toBe('one\ntwo\n')
  expect(events.length).toBeGreaterThan(1)
})

test('a build by hand tests what the ref is now', async () => {
  await cluster.commit('by-hand', `image: ${testImage}\nrun: 'false'\n`)
  const sha = await cluster.commit('by-hand', `image: ${testImage}\nrun: echo by hand\n`)

  const { commit } = await cluster.rest.build('127.0.0.1/ada/by-hand', 'refs/heads/main')

  expect(commit).toMatchObject({ sha, trigger: 'manual' })
  const { build } = await vi.waitFor(() => endOf('by-hand', sha), { timeout: 15_000, interval: 50 })
  expect(build?.ending).toEqual({ outcome: 'passed' })
})

test('nothing is left over once the runner has ended', async () => {
  expect(await cluster.runners[0]?.end()).toBe(0)

  expect(await whatIsLeft(cluster)).toEqual(nothing)
})

/** The build of a commit, once it has ended and everybody was told. */
async function endOf(name: string, sha: string) {
  const [build, ...others] = await cluster.rest.buildsOf(sha)
  expect(others).toEqual([])
  expect(build?.state).toBe('finished')
  const results = await readResults(cluster.results, { name, sha })
  expect(Object.keys(results)).not.toEqual([])
  expect(cluster.github.statusesOf(sha).some(({ state }) => state !== 'pending')).toBe(true)
  return { build, results }
}

async function runningJob(sha: string): Promise<JobView> {
  const [build] = await cluster.rest.buildsOf(sha)
  const job = build?.jobs.find(({ kind }) => kind === 'steps')
  if (job?.attempts.at(-1)?.steps[0]?.state !== 'running') throw new RangeError('no step runs yet')
  return job
}

function expectedOutput(): Buffer {
  const numbers = Array.from({ length: 30_000 }, (_, index) => `${index + 1}\n`).join('')
  const words = Buffer.from('héllo wörld\nno newline')
  return Buffer.concat([words, Buffer.from([0, 255, 13, 10]), Buffer.from(numbers)])
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
