import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type Socket, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, silentLog, systemClock } from '@narwhal/host'
import { beforeAll, expect, test } from 'vitest'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'
import { openEngine, socketPathOf } from '../engine/open-engine.ts'
import { failureOf, startTestAttempt } from './engine-fixture.ts'

const dockerSocket = socketPathOf('docker:', process.env.DOCKER_HOST)
/** Waits a hundredth of what it is asked for. */
const hastyClock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 100, signal) }
/** Sleeps on and on: whoever only looks now and then never sees anything. */
const lazyClock: Clock = { ...systemClock, sleep: (_ms, signal) => systemClock.sleep(3_600_000, signal) }
let image: string

beforeAll(async () => {
  image = await provideTestImage()
})

test('the end of a step is told by the engine, and not only found by asking', async () => {
  await using engine = openEngine('docker:', {
    clock: lazyClock,
    log: silentLog(),
    dockerHost: process.env.DOCKER_HOST,
  })
  await using attempt = await startTestAttempt(engine, image)

  expect(await attempt.run('echo done')).toEqual({ exitCode: 0, outOfMemory: false })
})

test('a step outlives an engine that was away for a moment', async () => {
  await using relay = await openSocketRelay()
  await using engine = openEngine(`unix:${relay.path}`, { clock: systemClock, log: silentLog() })
  await using attempt = await startTestAttempt(engine, image)

  const running = attempt.run('echo begun; until [ -e go ]; do sleep 0.05; done')
  await expect.poll(() => attempt.log().catch(() => ''), { timeout: 10_000 }).toBe('begun\n')
  relay.dropConnections()
  await writeFile(join(attempt.spec.workspacePath, 'go'), '')

  expect(await running).toEqual({ exitCode: 0, outOfMemory: false })
})

test('a step whose engine does not come back ends with a problem', async () => {
  const runnerId = `test-${randomUUID()}`
  await using relay = await openSocketRelay()
  await using healthy = openEngine(`unix:${dockerSocket}`, { clock: systemClock, log: silentLog() })
  {
    await using engine = openEngine(`unix:${relay.path}`, { clock: hastyClock, log: silentLog() })
    await using attempt = await startTestAttempt(engine, image, { runnerId })

    const running = attempt.run('echo begun; sleep 3600')
    const failure = failureOf(running)
    await expect.poll(() => attempt.log().catch(() => ''), { timeout: 10_000 }).toBe('begun\n')
    await relay.stop()

    expect(await failure).toMatchObject({ code: 'ENGINE_GONE' })
  }
  expect(await healthy.removeLeftovers(runnerId, new Set())).toBeGreaterThanOrEqual(2)
})

/** A socket in front of the engine's that can break. */
async function openSocketRelay() {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-socket-'))
  const path = join(directory, 'docker.sock')
  const sockets = new Set<Socket>()
  const listening = createServer((client) => {
    const engine = connect(dockerSocket)
    for (const [from, to] of [[client, engine] as const, [engine, client] as const]) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => listening.listen(path, resolve))
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const stop = async () => {
    listening.close()
    dropConnections()
    await rm(directory, { recursive: true, force: true })
  }
  return { path, dropConnections, stop, [Symbol.asyncDispose]: stop }
}
