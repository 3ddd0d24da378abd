import { randomUUID } from 'node:crypto'
import { silentLog, systemClock } from '@narwhal/host'
import Docker from 'dockerode'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'
import { attemptLabel } from '../engine/docker/labels.ts'
import type { Engine, Sidecar } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { never, runTestStep, startTestAttempt } from './engine-fixture.ts'
import { provideSidecarImages } from './provide-sidecar-images.ts'

const docker = new Docker()
let engine: Engine
let image: string
let images: Awaited<ReturnType<typeof provideSidecarImages>>

beforeAll(async () => {
  image = await provideTestImage()
  images = await provideSidecarImages()
  engine = open()
})
afterAll(() => engine[Symbol.asyncDispose]())

const open = () => openEngine('docker:', { clock: systemClock, log: silentLog(), dockerHost: process.env.DOCKER_HOST })
const ready = (sidecar: Sidecar) => sidecar.untilReady({ signal: never })

test.each(['port', 'health'] as const)('a sidecar with a %s is ready once that says so', async (kind) => {
  await using attempt = await startTestAttempt(engine, image)
  await using sidecar = await attempt.network.startSidecar(
    { host: 'db', image: images[kind], env: {} },
    { signal: never },
  )

  const startedAt = performance.now()
  await ready(sidecar)

  expect(performance.now() - startedAt).toBeGreaterThan(500)
  const script = kind === 'port' ? 'wget -q -O - http://db:8080/etc/passwd' : 'nslookup db'
  expect(await attempt.run(script)).toMatchObject({ exitCode: 0 })
})

test('of several exposed ports some may stay closed', async () => {
  await using attempt = await startTestAttempt(engine, image)
  await using sidecar = await attempt.network.startSidecar(
    { host: 'db', image: images.ports, env: {} },
    { signal: never },
  )

  await ready(sidecar)

  expect(await attempt.run('wget -q -O /dev/null http://db:8080/etc/passwd')).toMatchObject({ exitCode: 0 })
})

test('the port of a sidecar that cannot be reached from here is asked for inside', async () => {
  await using attempt = await startTestAttempt(engine, image, { access: 'none' })
  await using sidecar = await attempt.network.startSidecar(
    { host: 'db', image: images.port, env: {} },
    { signal: never },
  )

  await ready(sidecar)

  expect(await sidecar.lastOutput()).toBe('serving')
})

test('a sidecar runs as its image says, and its volume goes with it', async () => {
  await using attempt = await startTestAttempt(engine, image)
  const spec = { host: 'db', image: images.database, env: {}, resources: { memoryBytes: 64 * 1024 ** 2, pids: 9 } }
  const sidecar = await attempt.network.startSidecar(spec, { signal: never })
  const found = await sidecarOf(attempt.spec.attemptId, images.database)
  const [volume] = found.Mounts

  await ready(sidecar)
  await expect.poll(() => sidecar.lastOutput()).toBe('1000')
  await sidecar[Symbol.asyncDispose]()

  expect(found.HostConfig).toMatchObject({ Memory: 64 * 1024 ** 2, PidsLimit: 9, CapDrop: ['ALL'] })
  expect(found.Mounts).toHaveLength(1)
  await expect(docker.getVolume(volume?.Name ?? '').inspect()).rejects.toMatchObject({ statusCode: 404 })
})

test.each([
  ['names a program that it does not have', () => images.broken],
  ['names no program', () => image],
])('a sidecar whose image %s is a problem of the user', async (_, name) => {
  await using attempt = await startTestAttempt(engine, image)

  const starting = attempt.network.startSidecar({ host: 'db', image: name(), env: {} }, { signal: never })

  await expect(starting).rejects.toMatchObject({ code: 'SIDECAR_ENDED' })
  expect(await containersOf(attempt.spec.attemptId)).toHaveLength(1)
})

test('a step that wants only the sidecars finds them, and nothing else', async () => {
  await using attempt = await startTestAttempt(engine, image)
  await using early = await attempt.network.startSidecar(
    { host: 'early', image: images.up, env: {} },
    { signal: never },
  )
  await using inner = await attempt.startContainer({ access: 'internal' })
  await using late = await attempt.network.startSidecar(
    { host: 'late', image: images.port, env: {} },
    { signal: never },
  )
  await Promise.all([early, late].map(ready))

  const find = 'nslookup early && wget -q -O /dev/null http://late:8080/etc/passwd'
  const reachHost = `nc -w 15 ${await hostAddress()} 1` // nobody listens: who gets there is refused
  const ends = [
    await runTestStep(inner, find, { index: 0 }),
    await runTestStep(inner, reachHost, { index: 1 }),
    await attempt.run(find, { index: 2 }),
    await attempt.run(reachHost, { index: 3 }),
  ]

  expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 1, 0, 1])
  expect(await attempt.log(1)).not.toContain('refused')
  expect(await attempt.log(3)).toContain('refused')
})

test('a step that wants no network has none', async () => {
  await using attempt = await startTestAttempt(engine, image)
  await using alone = await attempt.startContainer({ access: 'none' })

  const end = await runTestStep(alone, 'ip addr show eth0')

  expect(end.exitCode).not.toBe(0)
})

test('no step gets more of the network than its attempt', async () => {
  await using attempt = await startTestAttempt(engine, image, { access: 'none' })
  await using greedy = await attempt.startContainer({ access: 'outbound' })

  expect((await runTestStep(greedy, 'ip addr show eth0')).exitCode).not.toBe(0)
})

test('the network of an attempt is handed on without its sidecars', async () => {
  const runnerId = `test-${randomUUID()}`
  await using engine = open()
  const first = await startTestAttempt(engine, image, { runnerId })
  await first.network.startSidecar({ host: 'db', image: images.up, env: {} }, { signal: never })
  const network = await networkOf(first.spec.attemptId)
  await first[Symbol.asyncDispose]()

  const next = await Promise.all([1, 2, 3].map(() => startTestAttempt(engine, image, { runnerId })))
  const networks = await Promise.all(next.map(({ spec }) => networkOf(spec.attemptId)))
  const ends = await Promise.all(next.map((attempt) => attempt.run('nslookup db')))

  expect(networks).toContain(network)
  expect(ends.map(({ exitCode }) => exitCode)).not.toContain(0)
  await Promise.all(next.map((attempt) => attempt[Symbol.asyncDispose]()))
})

test('a network that somebody else has joined is not handed on', async () => {
  const runnerId = `test-${randomUUID()}`
  const first = await startTestAttempt(engine, image, { runnerId })
  const network = await networkOf(first.spec.attemptId)
  const stranger = await docker.createContainer({ Image: images.up, HostConfig: { NetworkMode: network } })
  await stranger.start()
  await first[Symbol.asyncDispose]()

  const next = await Promise.all([1, 2, 3].map(() => startTestAttempt(engine, image, { runnerId })))
  const networks = await Promise.all(next.map(({ spec }) => networkOf(spec.attemptId)))

  expect(networks).not.toContain(network)
  await stranger.remove({ force: true })
  await Promise.all(next.map((attempt) => attempt[Symbol.asyncDispose]()))
})

async function containersOf(attemptId: string) {
  return docker.listContainers({ all: true, filters: { label: [`${attemptLabel}=${attemptId}`] } })
}

async function sidecarOf(attemptId: string, name: string): Promise<Docker.ContainerInspectInfo> {
  const found = (await containersOf(attemptId)).find(({ Image }) => Image === name)
  return docker.getContainer(found?.Id ?? '').inspect()
}

/** One at which every container with a way out finds the machine. */
async function hostAddress(): Promise<string> {
  const { IPAM } = await docker.getNetwork('bridge').inspect()
  return IPAM?.Config?.[0]?.['Gateway'] ?? ''
}

async function networkOf(attemptId: string): Promise<string> {
  const [found] = await containersOf(attemptId)
  return found?.HostConfig.NetworkMode ?? ''
}
