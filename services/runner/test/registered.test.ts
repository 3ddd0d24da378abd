import { mkdir, mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog, systemClock } from '@narwhal/host'
import { isProblem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { openEngine } from '../engine/open-engine.ts'
import { openRunnerIdentity } from '../runner-identity.ts'
import { openTestRunner, poll } from './open-test-runner.ts'

test('what a former life left behind is gone before the runner registers', async () => {
  const data = await mkdtemp(join(tmpdir(), 'narwhal-former-'))
  const attempts = join(data, 'attempts')
  const spoolPath = join(attempts, 'old', 'spool')
  await mkdir(spoolPath, { recursive: true })
  const engine = openEngine('scripted:', { clock: systemClock, log: silentLog() })
  const former = await openRunnerIdentity(data, systemClock)
  const { signal } = new AbortController()
  const network = await engine.openNetwork({ runnerId: former.id, attemptId: 'old', access: 'outbound' }, { signal })
  await network.startContainer({ image: 'busybox', env: {}, workspacePath: data, spoolPath }, { signal })
  former[Symbol.dispose]()

  await using runner = await openTestRunner({ data, engine })
  await poll(() => runner.dispatcher.registrations.length === 1)

  expect(runner.id).toBe(former.id)
  expect(await readdir(attempts)).toEqual([])
  expect(await engine.removeLeftovers(former.id, new Set())).toBe(0)
  expect(runner.dispatcher.registrations[0]?.attempts).toEqual([])
})

test('a runner asks until the dispatcher takes it, and is not ready before', async () => {
  await using runner = await openTestRunner()
  const readiness = async () => (await fetch(`${runner.url}/readyz`)).status
  runner.dispatcher.fate = () => 'refused'
  runner.dispatcher.known.clear()
  const asked = () => runner.dispatcher.calls.length

  await poll(() => asked() > 0)
  runner.dispatcher.fate = () => 'served'
  await poll(() => runner.dispatcher.registrations.length > 0)

  await expect.poll(readiness).toBe(200)
})

test('a data directory has one runner at a time', async () => {
  const data = await mkdtemp(join(tmpdir(), 'narwhal-identity-'))
  const first = await openRunnerIdentity(data, systemClock)

  const second = openRunnerIdentity(data, systemClock)

  await expect(second).rejects.toSatisfy((error) => isProblem(error, 'RUNNER_DATA_IN_USE'))
  first[Symbol.dispose]()
  using third = await openRunnerIdentity(data, systemClock)
  expect(third.id).toBe(first.id)
})
