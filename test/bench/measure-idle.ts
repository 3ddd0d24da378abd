import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scheduler } from 'node:timers/promises'
import { newToken } from '@narwhal/host'
import { freePort } from '../setup/free-port.ts'
import { startRabbitmq } from '../setup/start-rabbitmq.ts'
import type { Measure } from './measure.ts'
import { readUsage } from './read-usage.ts'
import type { Row } from './row.ts'
import { type Program, runProgram } from './run-program.ts'
import { startNarwhal } from './start-narwhal.ts'

/** What starts is not idle yet, in milliseconds. */
const settleMs = 5_000

/** P12: what doing nothing costs. */
export const idle: Measure = {
  title: 'P12: idle',
  async run({ quick, print }) {
    const watchMs = quick ? 2_000 : 20_000
    print(`P12: narwhal up, ${watchMs / 1000} s`)
    const up = await usageOfUp(watchMs)
    print(`P12: four services, ${watchMs / 1000} s`)
    const services = await usageOfServices(watchMs)
    const busiest = services.reduce((most, one) => (one.cpuPercent > most.cpuPercent ? one : most))
    const row = { id: 'P12', n: 1 } as const
    const cpu = { ...row, unit: '% of a core', goal: { valueAtMost: 2 } } as const
    const rows: Row[] = [
      { ...cpu, what: 'idle CPU of narwhal up', value: up.cpuPercent },
      { ...cpu, what: `idle CPU of the busiest single service (${busiest.name})`, value: busiest.cpuPercent },
      { ...row, what: 'idle RSS of narwhal up', value: up.rssMb, unit: 'MB', goal: { valueAtMost: 150 } },
      {
        ...row,
        what: `idle RSS of ${services.map(({ name }) => name).join(' + ')}`,
        value: services.reduce((sum, { rssMb }) => sum + rssMb, 0),
        unit: 'MB',
        goal: { valueAtMost: 450 },
      },
    ]
    return { rows, notes: services.map(({ name, ...usage }) => `${name}: ${describe(usage)}`) }
  },
}

interface IdleUsage {
  readonly cpuPercent: number
  /** Megabytes of 10⁶ bytes. */
  readonly rssMb: number
}

async function usageOfUp(watchMs: number): Promise<IdleUsage> {
  await using narwhal = await startNarwhal({ engine: 'docker:', slots: 2, source: '/nowhere/{owner}/{name}' })
  return await watch(narwhal, watchMs) // it ends with this function
}

async function usageOfServices(watchMs: number): Promise<readonly (IdleUsage & { readonly name: string })[]> {
  await using undo = new AsyncDisposableStack()
  const { url: queue } = undo.use(await startRabbitmq())
  const data = await mkdtemp(join(tmpdir(), 'narwhal-bench-'))
  undo.defer(() => rm(data, { recursive: true, force: true }))
  const dispatcherUrl = `http://127.0.0.1:${await freePort()}`
  const shared = {
    NARWHAL_QUEUE: queue,
    NARWHAL_RUNNER_TOKEN: newToken(),
    NARWHAL_API_TOKEN: newToken(),
    NARWHAL_GITHUB_WEBHOOK_SECRET: newToken(),
    NARWHAL_GITHUB_TOKEN: newToken(), // so that the reporter loads what it needs for commit statuses
    NARWHAL_DISPATCHER_URL: dispatcherUrl,
    NARWHAL_STORE: `sqlite:${join(data, 'store.sqlite')}`,
    NARWHAL_BLOBS: `file:${join(data, 'blobs')}`,
    NARWHAL_RESULTS: join(data, 'results'),
  }
  const started: { readonly name: string; readonly program: Program }[] = []
  for (const name of ['dispatcher', 'agent', 'runner', 'reporter']) {
    const url = name === 'dispatcher' ? dispatcherUrl : `http://127.0.0.1:${await freePort()}`
    const env = { ...shared, NARWHAL_PORT: new URL(url).port, NARWHAL_DATA: join(data, name) }
    started.push({ name, program: undo.use(await runProgram([`services/${name}/main.ts`], { env, url })) })
  }
  return await Promise.all(started.map(async ({ name, program }) => ({ name, ...(await watch(program, watchMs)) })))
}

async function watch({ pid }: Program, watchMs: number): Promise<IdleUsage> {
  await scheduler.wait(settleMs)
  const before = await readUsage(pid)
  const startedAt = performance.now()
  await scheduler.wait(watchMs)
  const after = await readUsage(pid)
  const cpuPercent = ((after.cpuMs - before.cpuMs) / (performance.now() - startedAt)) * 100
  return { cpuPercent, rssMb: after.rssBytes / 1e6 }
}

function describe({ cpuPercent, rssMb }: IdleUsage): string {
  return `${cpuPercent.toFixed(2)} % of a core, ${rssMb.toFixed(0)} MB`
}
