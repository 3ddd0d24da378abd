import { type Failpoint, failpoints } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import { commitMany, type Pushes } from './many-pushes.ts'
import { readResults } from './read-results.ts'
import type { ServiceProgram } from './service-program.ts'
import { type Cluster, startCluster } from './start-cluster.ts'

const opened = new AsyncDisposableStack()
const names = Object.keys(failpoints) as Failpoint[] // its own keys
let cluster: Cluster

beforeAll(async () => {
  const { url: amqpUrl } = opened.use(await provideRabbitmq())
  cluster = opened.use(await startCluster({ amqpUrl, runners: 1, slots: 2, leaseMs: 3_000, engine: 'scripted:files' }))
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

test.each(names)('a service that dies at %s loses nothing', async (name) => {
  const program = programOf(name)
  const pushes = await commitMany(cluster, { name: name.replace('.', '-'), count: 2, seconds: 0 })
  await startAgain(program, `${name}=kill`)

  const telling = tellUntilTaken(pushes)
  expect(await program.ended()).toBe('SIGKILL')
  await program.start()
  await telling

  await endsOnce(pushes)
})

test.each([
  ['fails once at every failpoint', 'error'],
  ['fails at the third passing of every failpoint', 'error@3'],
  ['dawdles at every failpoint', 'delay:40@1+'],
])('a cluster that %s loses nothing', async (how, effect) => {
  const pushes = await commitMany(cluster, { name: how.replaceAll(' ', '-'), count: 6, seconds: 0 })
  for (const program of cluster.all) {
    const ours = names.filter((name) => programOf(name) === program)
    await startAgain(program, ours.map((name) => `${name}=${effect}`).join(','))
  }

  await tellUntilTaken(pushes)

  await endsOnce(pushes)
  for (const program of cluster.all) await startAgain(program)
})

function programOf(name: Failpoint): ServiceProgram {
  const program = cluster.all.find((one) => one.name.replace(/-\d+$/, '') === name.split('.')[0])
  if (program === undefined) throw problem('INTERNAL', `no service passes ${name}`)
  return program
}

async function startAgain(program: ServiceProgram, armed = ''): Promise<void> {
  await program.end()
  await program.start(armed === '' ? {} : { FAILPOINTS: armed })
}

/** Tells of each commit until the agent has taken it, as a person who redelivers. */
async function tellUntilTaken({ name, shas }: Pushes): Promise<void> {
  const tell = async (sha: string) => expect([200, 202]).toContain(await cluster.tell(name, sha))
  await Promise.all(shas.map((sha) => vi.waitFor(() => tell(sha), { timeout: 30_000, interval: 50 })))
}

/** Each commit has one build, which passed with its whole log, and that is the last word at the forge and in its one file. */
async function endsOnce({ name, shas }: Pushes): Promise<void> {
  await vi.waitFor(() => expectTold(name, shas), { timeout: 60_000, interval: 100 })
  const builds = await cluster.rest.builds(`ada/${name}`)
  expect(builds.map(({ commit }) => commit.sha).toSorted()).toEqual(shas.toSorted())
  for (const [number, sha] of shas.entries()) {
    const build = builds.find(({ commit }) => commit.sha === sha)
    const jobs = build?.jobs ?? []
    expect(build).toMatchObject({ state: 'finished', ending: { outcome: 'passed' }, jobs: { length: 2 } })
    expect(jobs.map(({ attempts }) => attempts.filter(({ state }) => state === 'finished').length)).toEqual([1, 1])
    expect((await cluster.rest.logBytes(jobs[1]?.id ?? '')).toString()).toBe(`begin ${number}\nend ${number}\n`)
    expect(cluster.github.statusesOf(sha).at(-1)?.state).toBe('success')
    expect(Object.keys(await readResults(cluster.results, { name, sha }))).toEqual([`${build?.number}.json`])
  }
}

async function expectTold(name: string, shas: readonly string[]): Promise<void> {
  const ended = shas.filter((sha) => cluster.github.statusesOf(sha).some(({ state }) => state !== 'pending'))
  expect(ended).toEqual(shas)
  const files = await Promise.all(shas.map((sha) => readResults(cluster.results, { name, sha })))
  expect(files.filter((ofCommit) => Object.keys(ofCommit).length === 0)).toEqual([])
}
