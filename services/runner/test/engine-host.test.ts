import { randomInt } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLog, systemClock } from '@narwhal/host'
import { afterEach, expect, test } from 'vitest'
import type { AttemptNetwork } from '../engine/engine.ts'
import { findMarked } from '../engine/host/marked-pids.ts'
import { openEngine } from '../engine/open-engine.ts'
import { testEngineContract } from './engine-contract.ts'
import {
  failureOf,
  never,
  type openTestAttempt,
  openTestNetwork,
  startTestAttempt,
  testRunnerId,
} from './engine-fixture.ts'
import { heardLog } from './heard-log.ts'
import { tarOf } from './tar-in-tests.ts'

const deps = { clock: systemClock, log: silentLog(), path: process.env['PATH'] }
const open = () => openEngine('host:', deps)
const lacks = { images: true, sidecars: true, building: true, adoption: true } as const

testEngineContract(async () => ({ engine: open(), image: 'ignored:1', missingImage: 'ignored:2' }), lacks)

afterEach(async () => {
  const left = (await findMarked()).filter(({ marks }) => marks.NARWHAL_RUNNER_ID === testRunnerId)
  expect(left).toEqual([])
})

test('nothing of the environment of the runner reaches a step but PATH', async () => {
  process.env['NARWHAL_RUNNER_TOKEN'] = 'a token of the runner'
  await using engine = open()
  await using attempt = await startTestAttempt(engine, '', { env: { OWN: 'of the job' } })

  await attempt.run('env')

  const names = (await attempt.log()).split('\n').map((line) => line.split('=')[0])
  const marks = ['NARWHAL_RUNNER_ID', 'NARWHAL_ATTEMPT_ID', 'NARWHAL_CONTAINER_ID']
  const ofShell = ['PWD', 'OLDPWD', 'SHLVL', '_']
  expect(new Set(names.filter((name) => name !== '' && !ofShell.includes(name ?? '')))).toEqual(
    new Set(['HOME', 'LANG', 'OWN', 'PATH', ...marks]),
  )
  delete process.env['NARWHAL_RUNNER_TOKEN']
})

const hiding: Readonly<Record<string, string>> = {
  'in the background': 'sleep $NAP &',
  'in a session of its own': 'setsid sleep $NAP &',
  'in a session of its own, its parent gone': '(setsid sh -c "sleep $NAP & sleep $NAP" &) &',
  'with marks of its own': 'NARWHAL_CONTAINER_ID=x NARWHAL_ATTEMPT_ID=x NARWHAL_RUNNER_ID=x sleep $NAP &',
  'without an environment': 'env -i sleep $NAP &',
  'without an environment, in a session of its own below one with it': 'sh -c "env -i setsid sleep $NAP; true" &',
}

test.each(Object.entries(hiding))('what a step leaves %s ends with its container', async (_, script) => {
  await using engine = open()
  const attempt = await startTestAttempt(engine, '')
  const NAP = `3600.${randomInt(1e9)}`
  await attempt.run(`${script}\ntrue`, { env: { NAP } })
  await expect.poll(() => isRunning(NAP)).toBe(true)

  await attempt[Symbol.asyncDispose]()

  expect(await isRunning(NAP)).toBe(false)
})

/** Whether some `sleep` has these seconds as its argument. */
async function isRunning(seconds: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return commands.includes(`sleep\0${seconds}\0`)
}

test('what a former life of the runner left is ended, but not that of others', async () => {
  const crashed = open()
  await using lost = await startTestAttempt(crashed, '')
  await using kept = await startTestAttempt(crashed, '')
  const failures = [lost, kept].map((attempt) => failureOf(attempt.run('echo up; sleep 3600')))
  for (const attempt of [lost, kept]) await expect.poll(() => attempt.log().catch(() => '')).toBe('up\n')

  await using next = open()
  expect(await next.removeLeftovers('another-runner', new Set())).toBe(0)
  expect(await next.removeLeftovers(testRunnerId, new Set([kept.spec.attemptId]))).toBe(1)

  expect(await failures[0]).toBe('it did not fail') // it was ended by a signal, as far as its own engine can see
  const living = (await findMarked()).map(({ marks }) => marks.NARWHAL_ATTEMPT_ID)
  expect(living).not.toContain(lost.spec.attemptId)
  expect(living).toContain(kept.spec.attemptId)
  await crashed[Symbol.asyncDispose]()
  expect(await failures[1]).toMatchObject({ code: 'CONTAINER_GONE' })
})

test('each container has a home of its own, which goes with the attempt', async () => {
  await using engine = open()
  await using attempt = await startTestAttempt(engine, '')

  await attempt.run('echo nest > ~/egg')

  expect(await readFile(join(attempt.spec.spoolPath, 'home/egg'), 'utf8')).toBe('nest\n')
})

const needsContainers: Readonly<Record<string, (network: AttemptNetwork, spec: SpecOfAttempt) => Promise<unknown>>> = {
  'a sidecar': (network) => network.startSidecar({ host: 'db', image: 'postgres:18', env: {} }, { signal: never }),
  'another user': (network, spec) => network.startContainer({ ...spec, user: 'nobody' }, { signal: never }),
  'a privileged container': (network, spec) => network.startContainer({ ...spec, privileged: true }, { signal: never }),
  'no network': (network, spec) => network.startContainer({ ...spec, access: 'none' }, { signal: never }),
  'an internal network': (network, spec) => network.startContainer({ ...spec, access: 'internal' }, { signal: never }),
  'an image to build': (network) =>
    network.buildImage(
      { context: tarOf([]), file: 'Dockerfile', args: {}, label: 'a=b', onOutput: () => undefined },
      { signal: never },
    ),
}
type SpecOfAttempt = Awaited<ReturnType<typeof openTestAttempt>>['spec']

test.each(Object.entries(needsContainers))('a job that wants %s is told that this engine has none', async (_, want) => {
  await using engine = open()
  await using attempt = await openTestNetwork(engine, '')

  await expect(want(attempt.network, attempt.spec)).rejects.toMatchObject({
    code: 'HOST_ENGINE_UNSUPPORTED',
    message: expect.stringContaining('NARWHAL_ENGINE=host:'),
  })
})

test('whoever opens it is told that images are ignored', async () => {
  const { log, lines } = heardLog()

  await using _ = openEngine('host:', { ...deps, log })

  expect(JSON.stringify(lines)).toContain('`image:` is ignored')
})
