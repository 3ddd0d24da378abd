import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scheduler } from 'node:timers/promises'
import { openHttpClient } from '@narwhal/host'
import { listBuilds, problem } from '@narwhal/protocol'
import { makeRepository } from '../../libs/git/test/make-repository.ts'
import { makeHistory } from './make-history.ts'
import type { BenchContext, Measured } from './measure.ts'
import { type BenchNarwhal, startNarwhal } from './start-narwhal.ts'

const lines = 20
/** Webhooks under way at once. */
const senders = 16

/** P6: everything but containers, everything durable: from signed webhooks to result files on the disk. */
export const wholePath = {
  title: 'P6: the whole path with the scripted engine',
  async run({ quick, print }: BenchContext): Promise<Measured> {
    const jobs = quick ? 100 : 1_000
    await using repository = await makeRepository()
    await repository.commit({ 'narwhal.yml': `image: scripted:1\nrun: seq ${lines}\n` })
    const [first = '', ...shas] = await makeHistory(repository, jobs + 1)
    const nodeArgs = profileArgs()
    await using narwhal = await startNarwhal({ engine: 'scripted:', slots: 8, source: repository.path, nodeArgs })
    await narwhal.push(first)
    await resultsAre(1, narwhal)

    const startedAt = performance.now()
    await pushAll(shas, narwhal)
    const pushedMs = performance.now() - startedAt
    print(`P6: ${jobs} webhooks answered after ${pushedMs.toFixed(0)} ms`)
    const builtMs = resultsOrBuilds(narwhal, startedAt)
    await resultsAre(jobs + 1, narwhal)
    const toldMs = performance.now() - startedAt
    await allPassed(narwhal)
    const goal = { valueAtLeast: 200 }
    const shared = { unit: 'jobs/s', n: jobs } as const
    const builtRate = (jobs / (await builtMs)) * 1000
    return {
      rows: [
        {
          ...shared,
          id: 'P6',
          what: `webhook → ${lines} log lines → result file, all durable, embedded`,
          value: (jobs / toldMs) * 1000,
          goal,
        },
        {
          ...shared,
          id: 'P6',
          what: 'the same, until the outcomes are stored',
          value: builtRate,
          goal: 'for comparison',
        },
      ],
    }
  },
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

/** Milliseconds until no build is unfinished. */
async function resultsOrBuilds({ url, apiToken }: BenchNarwhal, startedAt: number): Promise<number> {
  await using client = openHttpClient()
  for (;;) {
    const open = await Promise.all(
      (['queued', 'running'] as const).map((state) =>
        client.call(listBuilds, { baseUrl: url, token: apiToken, query: { state, limit: 1 } }),
      ),
    )
    if (open.every(({ builds }) => builds.length === 0)) return performance.now() - startedAt
    await scheduler.wait(100)
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
