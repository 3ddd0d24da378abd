import { silentLog, virtualClock } from '@narwhal/host'
import { expect, test } from 'vitest'
import { openEngine, socketPathOf } from '../engine/open-engine.ts'
import { never } from './engine-fixture.ts'

const deps = { clock: virtualClock(), log: silentLog() }

test.each([
  ['docker:', undefined, '/var/run/docker.sock'],
  ['docker:', '', '/var/run/docker.sock'],
  ['docker://', 'unix:///run/user/1000/docker.sock', '/run/user/1000/docker.sock'],
  ['docker:/a/b.sock', 'unix:///ignored.sock', '/a/b.sock'],
  ['docker:///a/b.sock', undefined, '/a/b.sock'],
  ['unix:/a/b.sock', 'tcp://ignored:2375', '/a/b.sock'],
  ['unix:///a/b.sock', undefined, '/a/b.sock'],
  ['podman:/a/b.sock', 'unix:///ignored.sock', '/a/b.sock'],
  ['podman:///a/b.sock', undefined, '/a/b.sock'],
])('%s with DOCKER_HOST %s means %s', (url, dockerHost, socket) => {
  expect(socketPathOf(url, dockerHost)).toBe(socket)
})

test.each([
  '',
  'podman:relative',
  'unix:',
  'unix:relative.sock',
  'docker:relative',
  'http://127.0.0.1:2375',
  'scripted',
])('"%s" is no engine', (url) => {
  expect(() => openEngine(url, deps)).toThrow(expect.objectContaining({ code: 'ENGINE_URL_INVALID' }))
})

test('podman: means the socket of the machine for root, and else that of the user', () => {
  const ours = process.getuid?.() === 0 ? '/run' : '/run/user/1000'

  expect(socketPathOf('podman:', 'unix:///ignored.sock', '/run/user/1000')).toBe(`${ours}/podman/podman.sock`)
  expect(socketPathOf('podman://', undefined)).toBe('/run/podman/podman.sock')
})

test.each(['tcp://127.0.0.1:2375', 'ssh://host', 'unix://'])('a DOCKER_HOST of %s is refused', (dockerHost) => {
  expect(() => openEngine('docker:', { ...deps, dockerHost })).toThrow(
    expect.objectContaining({ code: 'ENGINE_URL_INVALID' }),
  )
})

test('an engine that does not answer is not ready, and says where', async () => {
  await using engine = openEngine('unix:/nowhere/docker.sock', deps)

  expect(await engine.readiness({ signal: never })).toContain('does not answer on /nowhere/docker.sock')
  await expect(engine.provideImage('busybox', { signal: never })).rejects.toMatchObject({ code: 'ENGINE_GONE' })
  await expect(engine.removeLeftovers('runner', new Set())).rejects.toMatchObject({ code: 'ENGINE_GONE' })
})
