import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLog, systemClock } from '@narwhal/host'
import Docker from 'dockerode'
import { beforeAll, expect, test } from 'vitest'
import { provideTestImage, testUserImage } from '../../../test/setup/provide-test-image.ts'
import { runnerLabel } from '../engine/docker/labels.ts'
import { openEngine } from '../engine/open-engine.ts'
import { openTestRunner, type TestRunner } from './open-test-runner.ts'

const docker = new Docker()
let image: string

beforeAll(async () => {
  image = await provideTestImage()
})

function openRealRunner(pipeline: string): Promise<TestRunner> {
  const deps = { clock: systemClock, log: silentLog(), dockerHost: process.env['DOCKER_HOST'] }
  return openTestRunner({ pipeline, engine: openEngine('docker:', deps), slots: 1 })
}

async function containersOf({ id }: TestRunner): Promise<number> {
  return (await docker.listContainers({ all: true, filters: { label: [`${runnerLabel}=${id}`] } })).length
}

test.each(['root', 'app'] as const)('steps of the user %s share the files of the commit', async (user) => {
  const steps =
    'steps: [cat README.md, echo more >> README.md && mkdir -p new/deep && touch new/deep/file, "cat README.md; echo $NARWHAL_STEP; id -u"]'
  await using runner = await openRealRunner(`image: ${user === 'root' ? image : testUserImage}\n${steps}\n`)

  const heard = await runner.run()

  expect(heard.result?.ending).toEqual({ outcome: 'passed' })
  const uid = user === 'root' ? 0 : 1000
  expect([...heard.logs.values()].map(String)).toEqual([
    'hello\n',
    `hello\nmore\ncat README.md; echo $NARWHAL_STEP; id -u\n${uid}\n`,
  ])
  await expect.poll(() => containersOf(runner), { timeout: 15_000 }).toBe(0)
  await expect.poll(() => readdir(join(runner.data, 'attempts')), { timeout: 15_000 }).toEqual([])
})

test('output arrives while its step still runs, and a cancel ends the container', async () => {
  await using runner = await openRealRunner(`image: ${image}\nrun: echo first; sleep 1000\n`)
  const offer = runner.newOffer()
  await runner.offer(offer)
  await expect.poll(() => runner.dispatcher.log(offer.attemptId), { timeout: 20_000 }).toBe('first\n')

  await runner.cancel(offer.attemptId, 'enough')

  const heard = await runner.untilEnded(offer.attemptId)
  expect(heard.result?.ending.outcome).toBe('cancelled')
  await expect.poll(() => containersOf(runner), { timeout: 15_000 }).toBe(0)
})

test('a log above 64 MiB is cut there and says so, and the job passes', async () => {
  await using runner = await openRealRunner(`image: ${image}\nsteps: [yes | head -c 70000000, echo unheard]\n`)

  const offer = runner.newOffer()
  await runner.offer(offer)
  await expect.poll(() => runner.dispatcher.attempt(offer.attemptId).result, { timeout: 60_000 }).toBeDefined()

  const { result } = runner.dispatcher.attempt(offer.attemptId)
  const log = runner.dispatcher.log(offer.attemptId)
  expect(result?.ending.outcome).toBe('passed')
  expect(log.slice(64 * 1024 * 1024)).toMatch(/^\n\[narwhal\] The log was cut here: .*\n$/)
})

test('jobs follow each other on the only slot without a refusal', async () => {
  await using runner = await openRealRunner(`image: ${image}\nrun: echo hello\n`)

  const first = await runner.run()
  const second = await runner.run() // offered as soon as the first result is heard, while its container dies

  expect([first, second].map(({ result }) => result?.ending.outcome)).toEqual(['passed', 'passed'])
  await expect.poll(() => containersOf(runner), { timeout: 15_000 }).toBe(0)
})
