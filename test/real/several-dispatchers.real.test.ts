import { type BuildView, problem } from '@narwhal/protocol'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type BrokerProxy, startBrokerProxy } from '../../libs/queue/test/broker-proxy.ts'
import { providePostgres } from '../setup/provide-postgres.ts'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import { clusterRest } from './cluster-rest.ts'
import { elapsed } from './elapsed.ts'
import { until } from '../setup/until.ts'
import { readResults } from './read-results.ts'
import { type Cluster, startCluster } from './start-cluster.ts'

const opened = new AsyncDisposableStack()
let cluster: Cluster
/** Between each dispatcher and the broker. */
const brokerLinks: BrokerProxy[] = []

beforeAll(async () => {
  const { url: amqpUrl } = opened.use(await provideRabbitmq())
  const postgres = opened.use(await providePostgres())
  const { url: store } = opened.use(await postgres.openDatabase())
  const size = { dispatchers: 2, runners: 2, slots: 8 }
  cluster = opened.use(await startCluster({ amqpUrl, store, engine: 'scripted:', ...size, link }))
}, 600_000)
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

async function link(name: string, url: string): Promise<string> {
  if (!/^dispatcher.* to broker$/.test(name)) return url
  const proxy = opened.use(await startBrokerProxy(url))
  brokerLinks.push(proxy)
  return proxy.url
}

const patient = { timeoutMs: 600_000, intervalMs: 500 }

test('a log is followed live at each dispatcher, whichever of them the runner reports to', async () => {
  const sha = await cluster.commit('live', 'image: scripted:1\nrun: echo begin; sleep 8; echo end\n')
  await cluster.tell('live', sha)
  const jobId = await until(() => runningJob(sha), patient)

  const states = await Promise.all(cluster.dispatchers.map(({ url }) => stateAtFirstLine(url, jobId)))

  expect(states).toEqual(['running', 'running'])
  await until(async () => expect((await cluster.rest.buildsOf(sha))[0]?.state).toBe('finished'), patient)
}, 600_000)

test('a build that ended is counted by one of the dispatchers', async () => {
  const pages = await Promise.all(cluster.dispatchers.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()))

  const counts = pages.map((page) => Number(/^narwhal_builds_total\{outcome="passed"\} (\d+)$/m.exec(page)?.[1] ?? 0))

  expect(counts.toSorted((a, b) => a - b)).toEqual([0, 1])
})

test('a dispatcher that reaches the store and no broker keeps nobody waiting', async () => {
  for (const [place, brokerLink] of brokerLinks.entries()) {
    brokerLink.admit(false)
    brokerLink.cut()
    const sha = await cluster.commit('apart', `image: scripted:1\nrun: echo ${place}\n`)

    await cluster.tell('apart', sha)

    await until(() => expect(cluster.github.statusesOf(sha).at(-1)?.state).toBe('success'), patient)
    brokerLink.admit(true)
    await cluster.isReady()
  }
  expect(brokerLinks).toHaveLength(2)
}, 600_000)

async function runningJob(sha: string): Promise<string> {
  const [build] = await cluster.rest.buildsOf(sha)
  const job = build?.jobs.find(({ kind, state }) => kind === 'steps' && state === 'running')
  if (job === undefined) throw problem('JOB_NOT_FOUND', 'it does not run yet')
  return job.id
}

/** Follows a log until its first line comes; the state of the job at this moment. */
async function stateAtFirstLine(url: string, jobId: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${cluster.tokens.api}`, accept: 'text/event-stream' }
  const { body } = await fetch(`${url}/v1/jobs/${jobId}/log`, { headers })
  let text = ''
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece
    if (text.includes('begin')) break
  }
  await using rest = clusterRest(url, cluster.tokens.api)
  const builds = await rest.builds('ada/live')
  return builds[0]?.jobs.find(({ id }) => id === jobId)?.state
}

test('two hundred pushes are two hundred of everything, although each dispatcher is killed among them', async () => {
  const count = 200
  const shas: string[] = []
  for (let number = 0; number < count; number++)
    shas.push(
      await cluster.commit('many', `image: scripted:1\nrun: echo begin ${number}; sleep 0.5; echo end ${number}\n`),
    )

  const took = elapsed()
  const answers = Promise.all(shas.map((sha) => cluster.tell('many', sha)))
  for (const [place, dispatcher] of cluster.dispatchers.entries()) {
    await until(() => hasEnded('many', (place * 2 + 1) * 40), patient)
    await dispatcher.kill()
    console.log(`${dispatcher.name} killed after ${took()}`)
    await until(() => hasEnded('many', (place * 2 + 2) * 40), patient) // the other one goes on alone
    await dispatcher.start()
  }

  expect(await answers).toEqual(shas.map(() => 202))
  await until(() => hasEnded('many', count), patient)
  console.log(`${count} builds ended after ${took()}`)
  const builds = await cluster.rest.builds('ada/many')
  expect(builds.map(({ commit }) => commit.sha).toSorted()).toEqual(shas.toSorted())
  expect(builds.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(shas.map((_, place) => place + 1))
  for (const build of builds) await expectOne(build, shas.indexOf(build.commit.sha))
  await until(() => everybodyKnows(builds), patient)
}, 1_200_000)

async function hasEnded(name: string, atLeast: number): Promise<void> {
  const builds = await cluster.rest.builds(`ada/${name}`)
  expect(builds.filter(({ state }) => state === 'finished').length).toBeGreaterThanOrEqual(atLeast)
}

/** It passed, each attempt number is there once, one attempt of each job was accepted, and its log is whole. */
async function expectOne(build: BuildView, place: number): Promise<void> {
  expect(build).toMatchObject({ ending: { outcome: 'passed' }, jobs: [{ kind: 'plan' }, { kind: 'steps' }] })
  for (const { attempts } of build.jobs) {
    expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1))
    expect(attempts.filter(({ state }) => state === 'finished')).toHaveLength(1)
  }
  const log = await cluster.rest.logBytes(build.jobs[1]?.id ?? '')
  expect(log.toString()).toBe(`begin ${place}\nend ${place}\n`)
}

/** The forge and the results. */
async function everybodyKnows(builds: readonly BuildView[]): Promise<void> {
  for (const { commit, number } of builds) {
    expect(cluster.github.statusesOf(commit.sha).at(-1)?.state).toBe('success')
    const files = await readResults(cluster.results, { name: 'many', sha: commit.sha })
    expect(Object.keys(files)).toEqual([`${number}.json`])
  }
}
