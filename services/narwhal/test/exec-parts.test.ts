import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  newToken,
  openHttpClient,
  openHttpServer,
  openMetrics,
  serveRoute,
  silentLog,
  systemClock,
} from '@narwhal/host'
import { cancelJob } from '@narwhal/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { cancelBuild } from '../exec/cancel-build.ts'
import { declineApprovals } from '../exec/decline-approvals.ts'
import { expectEngine } from '../exec/expect-engine.ts'
import { keepLogs } from '../exec/keep-logs.ts'
import { readBuildLogs } from '../exec/read-build-logs.ts'
import { job } from './build-views.ts'
import { openTestNarwhal } from './open-test-narwhal.ts'
import { temporaryFolder } from './temporary-folder.ts'

const { signal } = new AbortController()

test('each job that said something has a file, whatever it is called', async () => {
  const path = join(await temporaryFolder(), 'logs')
  const names = ['test (1, a)', 'test [1, a]', '../../etc/passwd', '..', 'größe', 'silent']
  const jobs = names.map((name) => ({ ...job({ name }), log: name === 'silent' ? '' : `of ${name}` }))

  const count = await keepLogs({ jobs }, path)

  expect(count).toBe(5)
  const files = ['etc-passwd.log', 'größe.log', 'job.log', 'test-1-a-2.log', 'test-1-a.log']
  expect((await readdir(path)).toSorted()).toEqual(files)
  expect(await readFile(join(path, 'etc-passwd.log'), 'utf8')).toBe('of ../../etc/passwd')
})

test('logs of the build before are gone', async () => {
  const path = join(await temporaryFolder(), 'logs')
  await keepLogs({ jobs: [{ ...job({ name: 'old' }), log: 'old' }] }, path)

  await keepLogs({ jobs: [{ ...job({ name: 'new' }), log: 'new' }] }, path)

  expect(await readdir(path)).toEqual(['new.log'])
})

test('a build is read with all that its jobs said', async () => {
  const { narwhal, config, build } = await openTestNarwhal(['echo hello'])
  const ended = await build('finished')
  const api = { client: narwhal.client, at: { baseUrl: narwhal.url, token: config.apiToken }, clock: systemClock }

  const { jobs } = await readBuildLogs(present(ended), api, signal)

  expect(jobs.map(({ name, log }) => [name, log])).toEqual([
    ['plan', ''],
    ['build', 'hello\n'],
  ])
})

test('a build that is cancelled ends, and to cancel it again is fine', async () => {
  const { narwhal, config, build } = await openTestNarwhal(['sleep 600'])
  const at = { baseUrl: narwhal.url, token: config.apiToken }
  const { id } = present(await build('running'))

  await cancelBuild(id, 'enough', { client: narwhal.client, at })

  const ended = present(await build('finished'))
  expect(ended.ending).toMatchObject({ outcome: 'cancelled' })
  await cancelBuild(id, 'enough', { client: narwhal.client, at })
})

test('a job that waits for an approval is cancelled once; others are left alone', async () => {
  const { server, tokens } = openTestServer()
  const cancelled: string[] = []
  serveRoute(server, cancelJob, {
    tokens,
    answer: async ({ body }) => {
      cancelled.push(body.because)
      return job()
    },
  })
  await using client = openHttpClient()
  const decline = declineApprovals({ client, at: { baseUrl: await server.listen(), token: tokens.api } })
  const jobs = [
    job({ name: 'deploy', state: 'waiting', waitsFor: 'for an approval by grace' }),
    job({ name: 'announce', state: 'waiting', waitsFor: 'for deploy' }),
    job({ name: 'test' }),
  ]

  await decline({ jobs }, signal)
  await decline({ jobs }, signal)

  expect(cancelled).toEqual(["it waits for an approval by grace; to run it here, name it: narwhal exec 'deploy'"])
})

test.each([
  ['docker:/nowhere/docker.sock', 'ENGINE_MISSING'],
  ['podman:/nowhere/podman.sock', 'ENGINE_MISSING'],
  ['nonsense', 'ENGINE_URL_INVALID'],
])('the engine %s is refused at once', async (url, code) => {
  await expect(expectEngine(url, { clock: systemClock }, signal)).rejects.toMatchObject({ code })
})

test('an engine that answers is fine', async () => {
  await expect(expectEngine('host:', { clock: systemClock }, signal)).resolves.toBeUndefined()
})

function openTestServer() {
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return { server, tokens: { api: newToken() } }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('it is not there')
  return value
}
