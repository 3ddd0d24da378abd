import { randomUUID } from 'node:crypto'
import { silentLog, systemClock } from '@narwhal/host'
import Docker from 'dockerode'
import { beforeAll, expect, test } from 'vitest'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'
import { containerProfile } from '../engine/docker/container-profile.ts'
import { attemptLabel, runnerLabel } from '../engine/docker/labels.ts'
import { openEngine } from '../engine/open-engine.ts'
import { never, openTestAttempt, startTestAttempt } from './engine-fixture.ts'
import { provideSidecarImages } from './provide-sidecar-images.ts'

const docker = new Docker()
let image: string

beforeAll(async () => {
  image = await provideTestImage()
})

const open = () => openEngine('docker:', { clock: systemClock, log: silentLog(), dockerHost: process.env.DOCKER_HOST })

/** Names of what the engine has with the label of a runner. */
async function tracesOf(runnerId: string): Promise<string[]> {
  const filters = { label: [`${runnerLabel}=${runnerId}`] }
  const containers = await docker.listContainers({ all: true, filters })
  const networks = await docker.listNetworks({ filters })
  return [...containers.map(({ Id }) => Id), ...networks.map(({ Id }) => Id)]
}

test('a created container has the profile, and its processes feel it', async () => {
  await using engine = open()
  await using attempt = await startTestAttempt(engine, image, { resources: { cpu: 1.5 } })

  const script =
    "grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; ulimit -n; ulimit -c; cat /proc/1/comm"
  await attempt.run(script)
  const filters = { label: [`${attemptLabel}=${attempt.spec.attemptId}`] }
  const [found] = await docker.listContainers({ filters })
  const { HostConfig, Config } = await docker.getContainer(found?.Id ?? '').inspect()

  const asked = containerProfile(attempt.spec, { ...attempt.spec, network: HostConfig.NetworkMode ?? '' })
  expect(HostConfig).toMatchObject(asked.HostConfig ?? {})
  expect([HostConfig.Devices ?? [], HostConfig.PortBindings ?? {}, HostConfig.Binds ?? []]).toEqual([[], {}, []])
  expect(HostConfig).toMatchObject({ PidMode: '', UTSMode: '', UsernsMode: '', VolumesFrom: null })
  expect(Config).toMatchObject({ Labels: asked.Labels, WorkingDir: '/workspace' })
  expect(await attempt.log()).toBe(
    'CapEff:\t00000000000000cb\nCapBnd:\t00000000000000cb\nNoNewPrivs:\t1\nSeccomp:\t2\n4096\n0\ndocker-init\n',
  )
})

test('two attempts are in networks of their own', async () => {
  await using engine = open()
  await using first = await startTestAttempt(engine, image)
  await using second = await startTestAttempt(engine, image)

  await first.run("ip -4 addr show eth0 | grep -o 'inet [0-9.]*'")
  await second.run("ip -4 addr show eth0 | grep -o 'inet [0-9.]*'")
  const address = (await first.log()).trim().replace('inet ', '')
  const knock = `nc -w 2 ${address} 1` // nobody listens: who gets there is refused
  await first.run(knock, { index: 1 })
  await second.run(knock, { index: 1 })

  expect(address).not.toBe('')
  expect(await second.log()).not.toContain(address)
  expect(await first.log(1)).toContain('refused')
  expect(await second.log(1)).not.toContain('refused')
})

test('a disposed engine leaves no container and no network', async () => {
  const runnerId = `test-${randomUUID()}`
  const engine = open()
  await using attempt = await openTestAttempt(image, { runnerId })

  const network = await engine.openNetwork(attempt.spec, { signal: never })
  await network.startContainer({ ...attempt.spec, access: 'internal' }, { signal: never })
  await network.startSidecar({ host: 'db', image: (await provideSidecarImages()).up, env: {} }, { signal: never })
  const during = await tracesOf(runnerId)
  await engine[Symbol.asyncDispose]()

  expect(during.length).toBeGreaterThanOrEqual(2)
  expect(await tracesOf(runnerId)).toEqual([])
})

test('the next life of a runner removes what a crash left behind, but what is to be kept', async () => {
  const runnerId = `test-${randomUUID()}`
  await using crashed = open()
  await using lost = await startTestAttempt(crashed, image, { runnerId })
  await using kept = await startTestAttempt(crashed, image, { runnerId })

  const next = open()
  const removed = await next.removeLeftovers(runnerId, new Set([kept.spec.attemptId]))

  expect(removed).toBeGreaterThanOrEqual(2)
  await expect(lost.run('true')).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
  expect(await kept.run('ip addr show eth0')).toMatchObject({ exitCode: 0 })
  await next.removeLeftovers(runnerId, new Set())
  await next[Symbol.asyncDispose]()
  expect(await tracesOf(runnerId)).toEqual([])
})

test('networks that somebody pruned are made anew', async () => {
  const runnerId = `test-${randomUUID()}`
  await using engine = open()
  engine.expectContainer(runnerId)
  await expect.poll(() => tracesOf(runnerId)).toHaveLength(2)

  for (const id of await tracesOf(runnerId)) await docker.getNetwork(id).remove()
  await using attempt = await startTestAttempt(engine, image, { runnerId })

  expect(await attempt.run('true')).toMatchObject({ exitCode: 0 })
})

test('many attempts at once, again and again, share few networks', async () => {
  const runnerId = `test-${randomUUID()}`
  await using engine = open()

  for (let round = 0; round < 2; round++) {
    const attempts = await Promise.all([1, 2, 3, 4].map(() => startTestAttempt(engine, image, { runnerId })))
    const ends = await Promise.all(attempts.map((attempt) => attempt.run('echo hello')))
    await Promise.all(attempts.map((attempt) => attempt[Symbol.asyncDispose]()))
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
  }

  await expect.poll(async () => (await tracesOf(runnerId)).length, { timeout: 10_000 }).toBeLessThanOrEqual(6)
})
