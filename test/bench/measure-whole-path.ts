import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scheduler } from 'node:timers/promises'
import { problem } from '@narwhal/protocol'
import { makeRepository } from '../../libs/git/test/make-repository.ts'
import { makeHistory } from './make-history.ts'
import { startPostgres } from '../setup/start-postgres.ts'
import { startRabbitmq } from '../setup/start-rabbitmq.ts'
import type { BenchContext, Measure } from './measure.ts'
import { readUsage } from './read-usage.ts'
import type { Row } from './row.ts'
import { type BenchNarwhal, type BenchPorts, startNarwhal } from './start-narwhal.ts'

const lines = 20
/** Webhooks under way at once, and attempts that the runner holds at once. */
const senders = 16
const slots = 32

/** P6: everything but containers, everything durable: from signed webhooks to result files on the disk. */
export const wholePath: Measure = {
  title: 'P6: the whole path with the scripted engine',
  async run(context) {
    const goal = { valueAtLeast: 200 }
    return { rows: rowsOf({ id: 'P6', where: 'embedded', goal }, await travel(context)) }
  },
}

/** P13: the same with the queue and the store of a cluster. */
export const clusterPath: Measure = {
  title: 'P13: the whole path over RabbitMQ and PostgreSQL',
  async run(context) {
    await using rabbitmq = await startRabbitmq()
    await using postgres = await startPostgres()
    const goal = { valueAtLeast: 100 }
    const times = await travel(context, { queue: rabbitmq.url, store: postgres.url })
    return { rows: rowsOf({ id: 'P13', where: 'RabbitMQ and PostgreSQL', goal }, times) }
  },
}

interface PathTimes {
  readonly jobs: number
  /** Until the last result file was written. */
  readonly toldMs: number
  /** Until the last outcome was stored. */
  readonly builtMs: number
  /** What the process spent on all of it. */
  readonly cpuMs: number
}

/** Sends the webhooks of as many commits and waits for the end of all of it. */
async function travel({ quick, print }: BenchContext, ports?: BenchPorts): Promise<PathTimes> {
  const jobs = quick ? 100 : 1_000
  await using repository = await makeRepository()
  await repository.commit({ 'narwhal.yml': `image: scripted:1\nrun: seq ${lines}\n` })
  const [first = '', ...shas] = await makeHistory(repository, jobs + 1)
  const options = { slots, source: repository.path, nodeArgs: profileArgs(), ...(ports && { ports }) }
  await using narwhal = await startNarwhal({ engine: 'scripted:', ...options })
  await narwhal.push(first)
  await resultsAre(1, narwhal)

  const before = await readUsage(narwhal.pid)
  const startedAt = performance.now()
  await pushAll(shas, narwhal)
  const since = () => performance.now() - startedAt
  print(`${jobs} webhooks answered after ${since().toFixed(0)} ms`)
  const [builtMs, toldMs] = await Promise.all([
    buildsPassed(jobs + 1, narwhal).then(since),
    resultsAre(jobs + 1, narwhal).then(since),
  ])
  const { cpuMs } = await readUsage(narwhal.pid)
  await allPassed(narwhal)
  return { jobs, toldMs, builtMs, cpuMs: cpuMs - before.cpuMs }
}

interface RowTerms extends Pick<Row, 'id' | 'goal'> {
  readonly where: string
}

function rowsOf({ id, where, goal }: RowTerms, { jobs, toldMs, builtMs, cpuMs }: PathTimes): readonly Row[] {
  const rate = (ms: number) => ({ value: (jobs / ms) * 1000, unit: 'jobs/s' }) as const
  const what = `webhook → ${lines} log lines → result file, all durable, ${where}`
  const compared = { id, n: jobs, goal: 'for comparison' } as const
  return [
    { id, n: jobs, goal, what, ...rate(toldMs) },
    { ...compared, what: 'the same, until the outcomes are stored', ...rate(builtMs) },
    { ...compared, what: 'CPU time of narwhal for each of these jobs', value: cpuMs / jobs, unit: 'ms' },
  ]
}

/** NARWHAL_TEST_CPU_PROFILE=DIRECTORY keeps a profile of the process. */
function profileArgs(): readonly string[] {
  const directory = process.env['NARWHAL_TEST_CPU_PROFILE']
  return directory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${directory}`]
}

async function pushAll(shas: readonly string[], narwhal: BenchNarwhal): Promise<void> {
  const waiting = shas.values()
  const send = async () => {
    for (const sha of waiting) await narwhal.push(sha)
  }
  await Promise.all(Array.from({ length: senders }, send))
}

/** Resolves once `count` builds have passed. */
async function buildsPassed(count: number, { url }: BenchNarwhal): Promise<void> {
  for (let passed = 0; passed < count; await scheduler.wait(100)) {
    const metrics = await (await fetch(`${url}/metrics`)).text()
    passed = Number(/^narwhal_builds_total\{outcome="passed"\} (\d+)$/m.exec(metrics)?.[1] ?? 0)
    const other = /^narwhal_builds_total\{outcome="(?!passed).*$/m.exec(metrics)?.[0]
    if (other !== undefined) throw problem('INTERNAL', `a build did not pass: ${other}`)
  }
}

/** Resolves once there are `count` result files. */
async function resultsAre(count: number, narwhal: BenchNarwhal): Promise<void> {
  while ((await resultDirectories(narwhal)).length < count) await scheduler.wait(20)
}

/** A result file is in a directory named after its commit. */
async function resultDirectories({ results }: BenchNarwhal): Promise<readonly string[]> {
  const repository = join(results, 'github.com', 'ada', 'engine')
  const found = await readdir(repository).catch(() => [])
  return found.filter((name) => name.length === 40).map((name) => join(repository, name))
}

async function allPassed(narwhal: BenchNarwhal): Promise<void> {
  for (const directory of await resultDirectories(narwhal)) {
    const [file = ''] = await resultFiles(directory)
    const { outcome } = JSON.parse(await readFile(join(directory, file), 'utf8')) as { outcome: string } // a result file
    if (outcome !== 'passed') throw problem('INTERNAL', `${directory} ${outcome}`)
  }
}

async function resultFiles(directory: string): Promise<readonly string[]> {
  for (;;) {
    const found = (await readdir(directory)).filter((name) => name.endsWith('.json'))
    if (found.length > 0) return found
    await scheduler.wait(5)
  }
}
