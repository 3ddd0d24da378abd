import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { newId, systemClock } from '@narwhal/host'
import { type CommitMessage, commitsTopic } from '@narwhal/protocol'
import { openQueue } from '@narwhal/queue'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import { type Canary, makeCanary } from './canary/make-canary.ts'
import { commandLines, engineRecords, environments, filesBelow, metricsOf, type Place } from './canary/places.ts'
import { type BrokerTap, tapBroker } from './canary/tap-broker.ts'
import { type EndedBuild, jobOf, type PushedBuild, pushed } from './pushed-build.ts'
import { type Cluster, startCluster } from './start-cluster.ts'

// A step is given two secrets and spells them in every way. They must be nowhere but where the step itself wrote them:
// in its container, its spool and its workspace, which are removed with the attempt. Artifacts and caches are files of
// the job, and nobody masks them; this job has none.

const opened = new AsyncDisposableStack()
const canary: Canary = makeCanary()
const name = 'mine'
const repository = `127.0.0.1/ada/${name}`
let cluster: Cluster
let tap: BrokerTap
let amqpUrl: string
let ended: EndedBuild
let liveLog: readonly string[]
/** Where the secrets were found, and in which forms. */
const found: Record<'spool' | 'container' | 'duringStep' | 'seenByOther' | 'afterwards', string[]> = {
  ...{ spool: [], container: [], duringStep: [], seenByOther: [], afterwards: [] },
}

beforeAll(async () => {
  amqpUrl = opened.use(await provideRabbitmq()).url
  cluster = opened.use(await startCluster({ amqpUrl, runners: 1, slots: 2, logLevel: 'debug' }))
  tap = opened.use(await tapBroker(amqpUrl))
  await cluster.rest.setSecret(repository, { name: 'CANARY_LINE', value: canary.line })
  await cluster.rest.setSecret(repository, { name: 'CANARY_TEXT', value: canary.text })
  await playStory()
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

async function playStory(): Promise<void> {
  const files = ['narwhal.yml', 'tell.sh', 'other.sh'].map(async (file) => [file, await readCanaryFile(file)] as const)
  const build = await pushed(cluster, name, Object.fromEntries(await Promise.all(files)))
  const { jobId, attemptPath } = await untilSays(build, 'told\n')
  const live = cluster.rest.liveLog(jobId)
  found.spool = formsIn(await filesBelow(join(attemptPath, 'spool')))
  found.container = formsIn(await environments('sh '))
  found.duringStep = look([
    ...(await places((path) => path === join(attemptPath, 'spool') || path === join(attemptPath, 'workspace'))),
    ...(await engineRecords()),
    ...(await environments('/services/')),
  ])

  await writeFile(join(attemptPath, 'workspace', 'tell'), '')
  await untilSays(build, 'seen\n')
  found.seenByOther = formsIn([{ where: 'seen', bytes: await readFile(join(attemptPath, 'workspace', 'seen')) }])
  await writeFile(join(attemptPath, 'workspace', 'other'), '')

  ended = await build.ends('passed')
  liveLog = await live
  const told = { view: ended.view, statuses: cluster.github.statusesOf(ended.view.commit.sha), liveLog }
  const logs = ended.view.jobs.map(async (job) => ({
    where: `log of ${job.name}`,
    bytes: await cluster.rest.logBytes(job.id),
  }))
  found.afterwards = look([
    ...(await places()),
    ...(await Promise.all(logs)),
    ...Object.entries(told).map(([where, value]) => ({ where, bytes: Buffer.from(JSON.stringify(value)) })),
    { where: 'live log as one text', bytes: Buffer.from(liveLog.join('')) },
  ])
}

test('the step that names the secrets gets them as they were set', async () => {
  const hash = createHash('sha256')
    .update(canary.line + canary.text)
    .digest('hex')

  expect((await ended.log('canary')).split('\n')[0]).toBe(`${hash}  -`)
})

test('while the step runs its container has the secrets, in every form that is looked for', () => {
  expect(found.spool).toEqual(canary.forms)
  expect(found.container).toContain('line as it is')
})

test('no store, blob, journal, message, metric, log, command line or engine record has them meanwhile', () => {
  expect(found.duringStep).toEqual([])
})

test('nor afterwards any file, log, view, result or status', () => {
  expect(found.afterwards).toEqual([])
})

test('a step that does not name them cannot read them, though what the other one started still runs', () => {
  expect(found.seenByOther).toEqual([])
})

test('what the step says is told with stars in place of the secrets, live as well', async () => {
  const log = await ended.log('canary')

  expect(log).toMatch(/\*\*\*\n[^]*told\nseen\n$/)
  expect(liveLog.join('')).toBe(log)
  expect(await ended.log('after')).toBe('heard ***\n')
  expect(ended.job('canary').produced).toMatchObject({
    outputs: { line: '***' },
    reports: { tests: { failures: [{ name: 'tea' }] }, annotations: [{ message: '***' }] },
  })
  expect(ended.job('canary').produced?.summary).toContain('***')
})

test('a commit of a stranger gets none', async () => {
  const sha = await cluster.commit(name, await readCanaryFile('stranger.yml'))
  const commit = { repository: { host: '127.0.0.1', owner: 'ada', name }, ref: 'refs/heads/main', sha } as const
  await using queue = await openQueue(amqpUrl, { clock: systemClock })
  const id = newId(Date.now())
  const message: CommitMessage = {
    ...{ version: 1, id, eventKey: id, receivedAt: Date.now() },
    commit: { ...commit, trigger: 'pull_request', message: 'Give me that', author: 'Mallory', trust: 'untrusted' },
  }

  await queue.publish(commitsTopic, { id, body: JSON.stringify(message) }, { signal: AbortSignal.timeout(5_000) })

  const build = await vi.waitFor(() => endOf(sha), { timeout: 30_000, interval: 50 })
  const job = jobOf(build, 'build')
  expect(job.ending).toMatchObject({ outcome: 'failed', code: 'SECRETS_UNTRUSTED' })
  expect((await cluster.rest.logBytes(job.id)).toString()).toBe('')
})

/** Everything that Narwhal keeps or tells, but the directories that are left out. */
async function places(isLeftOut?: (path: string) => boolean): Promise<readonly Place[]> {
  const parts = [filesBelow(cluster.root, isLeftOut), metricsOf(cluster.all), commandLines()]
  return [...(await Promise.all(parts)).flat(), ...tap.messages()]
}

function look(at: readonly Place[]): string[] {
  expect(at.length).toBeGreaterThan(20)
  return at.flatMap(({ where, bytes }) => canary.find(bytes).map((form) => `${where}: ${form}`))
}

function formsIn(at: readonly Place[]): string[] {
  const forms = new Set(at.flatMap(({ bytes }) => canary.find(bytes)))
  return canary.forms.filter((form) => forms.has(form))
}

/** Once the log of the job has that at its end: where its attempt lies. */
async function untilSays(build: PushedBuild, words: string) {
  return vi.waitFor(
    async () => {
      const job = jobOf(await build.until(() => undefined), 'canary')
      const log = (await cluster.rest.logBytes(job.id)).toString()
      expect({ log, ending: job.ending }).toMatchObject({ log: expect.stringMatching(new RegExp(`${words}$`)) })
      return { jobId: job.id, attemptPath: join(cluster.runnerData[0] ?? '', 'attempts', job.attempts[0]?.id ?? '') }
    },
    { timeout: 60_000, interval: 100 },
  )
}

async function endOf(sha: string) {
  const [build] = await cluster.rest.buildsOf(sha)
  if (build?.state !== 'finished') throw new RangeError('the build has not ended')
  return build
}

function readCanaryFile(file: string): Promise<string> {
  return readFile(new URL(`canary/${file}`, import.meta.url), 'utf8')
}
