import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLog, systemClock } from '@narwhal/host'
import Docker from 'dockerode'
import { beforeAll, expect, test } from 'vitest'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { attemptLabel } from '../engine/docker/labels.ts'
import { never, openTestNetwork, present, startTestAttempt } from './engine-fixture.ts'
import { provideSidecarImages } from './provide-sidecar-images.ts'

// The former life of the runner is an engine that is not disposed before the end; the later one is another engine.

const docker = new Docker()
let image: string
let sidecarImage: string

beforeAll(async () => {
  image = await provideTestImage()
  sidecarImage = (await provideSidecarImages()).up
})

function open(): Engine {
  return openEngine('docker:', { clock: systemClock, log: silentLog(), dockerHost: process.env['DOCKER_HOST'] })
}

async function containersOf(attemptId: string): Promise<readonly string[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [`${attemptLabel}=${attemptId}`] } })
  return found.map(({ Id }) => Id)
}

test('a step that runs is awaited by another life, and the next one runs in the same container and network', async () => {
  await using former = open()
  await using attempt = await openTestNetwork(former, image)
  await attempt.network.startSidecar({ host: 'beside', image: sidecarImage, env: {} }, { signal: never })
  const container = await attempt.startContainer()
  const exec = Promise.withResolvers<string>()
  const step = { index: 0, env: {}, logCapBytes: 1000, script: 'echo one; touch /tmp/mark; sleep 2; echo two; exit 3' }
  const begins = async (id: string) => exec.resolve(id)
  const running = container.runStep(step, { begins, signal: never })
  const id = await exec.promise

  await using later = open()
  const adopt = present(later.adoptNetwork)
  await using network = await adopt(attempt.spec, { containers: [container.id], signal: never })
  const adopted = await network.adoptContainer(container.id, attempt.spec)
  const end = await present(adopted.awaitStep)(id, step, { signal: never })
  const next = {
    index: 1,
    env: {},
    logCapBytes: 1000,
    script: 'test -e /tmp/mark; nslookup beside >/dev/null; echo ok',
  }

  expect(end).toEqual({ exitCode: 3, outOfMemory: false })
  expect(await running).toEqual(end)
  expect(await attempt.log()).toBe('one\ntwo\n')
  expect(await adopted.runStep(next, { signal: never })).toMatchObject({ exitCode: 0 })
  expect(await attempt.log(1)).toBe('ok\n')
})

test('a step that was made and not started yet is started', async () => {
  await using former = open()
  await using attempt = await startTestAttempt(former, image)
  const exec = Promise.withResolvers<string>()
  const step = { index: 0, env: {}, logCapBytes: 1000, script: 'echo one' }
  const begins = (id: string) => {
    exec.resolve(id)
    return Promise.reject(new RangeError('the runner was killed here'))
  }
  await expect(attempt.container.runStep(step, { begins, signal: never })).rejects.toThrow('was killed here')

  await using later = open()
  const options = { containers: [attempt.container.id], signal: never }
  await using network = await present(later.adoptNetwork)(attempt.spec, options)
  const adopted = await network.adoptContainer(attempt.container.id, attempt.spec)
  const end = await present(adopted.awaitStep)(await exec.promise, step, { signal: never })

  expect(end).toEqual({ exitCode: 0, outOfMemory: false })
  expect(await attempt.log()).toBe('one\n')
})

test('containers that nobody names are removed at once, all others with the network', async () => {
  await using former = open()
  await using attempt = await openTestNetwork(former, image)
  await attempt.network.startSidecar({ host: 'beside', image: sidecarImage, env: {} }, { signal: never })
  const kept = await attempt.startContainer()
  const unknown = await attempt.startContainer()

  await using later = open()
  const network = await present(later.adoptNetwork)(attempt.spec, { containers: [kept.id], signal: never })
  const adopted = await containersOf(attempt.spec.attemptId)
  await network[Symbol.asyncDispose]()

  expect(adopted).toHaveLength(2)
  expect(adopted).not.toContain(unknown.id)
  expect(await containersOf(attempt.spec.attemptId)).toEqual([])
})

test('that a container is gone shows at its next step', async () => {
  await using former = open()
  await using attempt = await startTestAttempt(former, image)
  const { container, spec } = attempt
  await docker.getContainer(container.id).remove({ force: true })

  await using later = open()
  await using network = await present(later.adoptNetwork)(spec, { containers: [container.id], signal: never })
  const adopted = await network.adoptContainer(container.id, spec)
  const step = { index: 0, env: {}, logCapBytes: 1000, script: 'true' }

  await expect(adopted.runStep(step, { signal: never })).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
  const awaited = present(adopted.awaitStep)('f'.repeat(64), step, { signal: never })
  await expect(awaited).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
})

test('a container ends by itself when its lease is not renewed, also when a step leaves no process to wait with', async () => {
  await using engine = open()
  await using attempt = await openTestNetwork(engine, image)
  const leasePath = attempt.directory
  await writeFile(join(leasePath, 'left'), '1 5\n')
  const container = await attempt.startContainer({ leasePath, resources: { pids: 20 } })
  const script = 'mkfifo /tmp/never; (while :; do sleep 1000 & done) || :; read never <>/tmp/never'
  const greedy = { index: 0, env: {}, logCapBytes: 1000, script }

  const running = container.runStep(greedy, { signal: never })

  await expect(running).rejects.toMatchObject({ code: 'LEASE_LOST' })
  expect((await docker.getContainer(container.id).inspect()).State).toMatchObject({ Running: false, ExitCode: 77 })
})

test('a container whose lease is renewed lives on, and its steps cannot renew it', async () => {
  await using engine = open()
  await using attempt = await openTestNetwork(engine, image)
  const leasePath = attempt.directory
  const renew = (time: number) => writeFile(join(leasePath, 'left'), `${time} 3\n`)
  await renew(1)
  const container = await attempt.startContainer({ leasePath })
  const script = 'for i in 1 2 3 4 5 6; do echo $i; sleep 1; done; ! echo 9 99 > /narwhal-lease/left'
  let renewals = 1
  const renewing = setInterval(() => void renew(++renewals), 500)

  const end = await container.runStep({ index: 0, env: {}, logCapBytes: 1000, script }, { signal: never })

  clearInterval(renewing)
  expect(end.exitCode).toBe(0)
})
