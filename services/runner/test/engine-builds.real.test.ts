import { randomUUID } from 'node:crypto'
import { silentLog, systemClock } from '@narwhal/host'
import Docker from 'dockerode'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'
import { builtTag } from '../engine/docker/built-tag.ts'
import type { AttemptNetwork, Engine, EngineDeps, ImageBuildSpec } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { failureOf, never, openTestNetwork, runTestStep } from './engine-fixture.ts'
import { openFakeRegistry } from './fake-registry.ts'
import { openPushRegistry } from './open-push-registry.ts'
import { provideSidecarImages } from './provide-sidecar-images.ts'
import { tarOf } from './tar-in-tests.ts'

const docker = new Docker()
const labels: string[] = []
let engine: Engine
let image: string

beforeAll(async () => {
  image = await provideTestImage()
  engine = open()
})
afterAll(async () => {
  for (const label of labels)
    await docker
      .getImage(builtTag(label))
      .remove({ force: true })
      .catch(() => undefined)
  await engine[Symbol.asyncDispose]()
})

function open(more: Partial<EngineDeps> = {}): Engine {
  return openEngine('docker:', { clock: systemClock, log: silentLog(), dockerHost: process.env.DOCKER_HOST, ...more })
}

/** Builds a Dockerfile; tells what was said. */
async function build(network: AttemptNetwork, lines: readonly string[], changes: Partial<ImageBuildSpec> = {}) {
  const label = `narwhal.test=${randomUUID()}`
  labels.push(label)
  const said: string[] = []
  const context = tarOf([
    { name: 'Dockerfile', content: lines.join('\n') },
    { name: 'a/file', content: 'of the context' },
  ])
  const spec = {
    context,
    file: 'Dockerfile',
    args: {},
    label,
    onOutput: (text: string) => void said.push(text),
    ...changes,
  }
  const built = await network.buildImage(spec, { signal: never }).catch((error: unknown) => error)
  return { built, label, said: () => said.join('') }
}

test('an image is built of its context and its arguments, and says how', async () => {
  await using attempt = await openTestNetwork(engine, image)
  const lines = [
    `FROM ${image}`,
    'ARG WHO=nobody',
    'COPY a /a',
    'RUN echo "hello $WHO" && cat /a/file > /out && echo $WHO >> /out',
  ]

  const { built, said } = await build(attempt.network, lines, { args: { WHO: 'ada' } })
  await using container = await attempt.startContainer({ image: String(built) })
  await runTestStep(container, 'cat /out')

  expect(said()).toContain('hello ada\n')
  expect(said()).toMatch(/Step 1\/\d+ : FROM/)
  expect(await attempt.log()).toBe('of the contextada\n')
})

test('a command that says no is the end of the build, and is told with the line before', async () => {
  await using attempt = await openTestNetwork(engine, image)

  const { built, label } = await build(attempt.network, [`FROM ${image}`, 'RUN echo no tea left >&2; exit 7'])

  const told = expect.stringMatching(/returned a non-zero code: 7[^]*no tea left/)
  expect(built).toMatchObject({ code: 'IMAGE_BUILD_FAILED', message: told })
  expect(await engine.built.find(label, { signal: never })).toBeUndefined()
})

test.each([
  ['that is not there', { file: 'Dockerfile.not' }, [], 'IMAGE_BUILD_FAILED'],
  ['that leads out of the context', { file: '../../etc/passwd' }, [], 'IMAGE_BUILD_FAILED'],
  ['with a fault', {}, ['FORM x'], 'IMAGE_BUILD_FAILED'],
  ['that begins from nothing known', {}, ['FROM 127.0.0.1:1/nobody'], 'IMAGE_PULL_FAILED'],
  ['that needs BuildKit', {}, ['FROM scratch', 'RUN --mount=type=cache,target=/x true'], 'IMAGE_BUILD_UNSUPPORTED'],
])('a Dockerfile %s is a problem', async (_, changes, lines, code) => {
  await using attempt = await openTestNetwork(engine, image)

  expect((await build(attempt.network, lines, changes)).built).toMatchObject({ code })
})

test('what the context throws is thrown', async () => {
  await using attempt = await openTestNetwork(engine, image)
  const broken = async function* () {
    yield Buffer.alloc(0)
    throw new RangeError('it broke')
  }

  expect((await build(attempt.network, [], { context: broken() })).built).toEqual(new RangeError('it broke'))
})

test('a build is in the network of its attempt, and nowhere else', async () => {
  const { port } = await provideSidecarImages()
  await using attempt = await openTestNetwork(engine, image)
  await using sidecar = await attempt.network.startSidecar({ host: 'db', image: port, env: {} }, { signal: never })
  await sidecar.untilReady({ signal: never })
  await using alone = await openTestNetwork(engine, image, { access: 'none' })
  const lines = [`FROM ${image}`, 'RUN wget -q -O /passwd http://db:8080/etc/passwd; ip addr; test -s /passwd']

  expect((await build(attempt.network, lines)).built).toMatch(/^sha256:/)
  const { built, said } = await build(alone.network, lines)

  expect(built).toMatchObject({ code: 'IMAGE_BUILD_FAILED' })
  expect(said()).not.toContain('eth0')
})

test('what one build has made is not taken over by another', async () => {
  await using attempt = await openTestNetwork(engine, image)
  const lines = [`FROM ${image}`, 'RUN cat /proc/sys/kernel/random/uuid']

  const [first, second] = [await build(attempt.network, lines), await build(attempt.network, lines)]

  expect(second.said()).not.toContain('Using cache')
  expect(first.built).not.toBe(second.built)
})

test('a build leaves no image behind but its own', async () => {
  await using attempt = await openTestNetwork(engine, image)
  const before = await imageIds()

  const staged = [`FROM ${image}`, 'RUN echo 1 > /1', 'RUN echo 2 > /2', `FROM ${image}`, 'COPY --from=0 /1 /1']
  const { built } = await build(attempt.network, staged)
  await build(attempt.network, [...staged, 'RUN echo 3 > /3', 'RUN false'])
  await engine.built.remove(String(built), { signal: never })

  const left = await imageIds()
  expect(left.filter((id) => !before.includes(id))).toEqual([])
})

test('a build takes no image with it that it only names', async () => {
  await using attempt = await openTestNetwork(engine, image)
  const model = await docker.createContainer({ Image: image, Cmd: ['true'] })
  const dangling = String((await model.commit({})).Id)
  await model.remove()

  await build(attempt.network, [`FROM ${image}`, `RUN echo " ---> ${dangling.slice(7, 19)}"; false`])

  expect(await imageIds()).toContain(dangling)
  await docker.getImage(dangling).remove()
})

test('an image that somebody else has given the label is not found', async () => {
  const forged = `narwhal.test=${randomUUID()}`
  const model = await docker.createContainer({ Image: image, Cmd: ['true'] })
  const { Id } = await model.commit({ changes: `LABEL ${forged}` })
  await model.remove()

  expect(await engine.built.find(forged, { signal: never })).toBeUndefined()
  await docker.getImage(String(Id)).remove()
})

test('nobody sets the tags by which built images are found', async () => {
  const tagging = engine.built.tag(image, builtTag('narwhal.test=forged'), { signal: never })

  await expect(tagging).rejects.toMatchObject({ code: 'ENGINE_REFUSED' })
})

test('an image whose label a registry has is found there', async () => {
  const label = `narwhal.test=${randomUUID()}`
  const [key = '', value = ''] = label.split('=')
  await using registry = await openFakeRegistry({ labels: { [key]: value } })
  const tag = `${registry.host}/present:1`

  const digest = await engine.built.find(label, { tag, signal: never })
  const other = await engine.built.find(`${key}=other`, { tag, signal: never })
  const missing = await engine.built.find(label, { tag: `${registry.host}/missing:1`, signal: never })

  expect(digest).toBe((await docker.getImage(tag).inspect()).Id)
  expect([other, missing]).toEqual([undefined, undefined])
  await docker.getImage(tag).remove()
})

test('an image is pushed by who has a login, and found again where it was pushed', async () => {
  const login = { username: 'ada', password: 'secret' }
  await using registry = await openPushRegistry(login)
  await using known = open({ registries: { [registry.host]: login } })
  await using attempt = await openTestNetwork(known, image)
  const { built, label } = await build(attempt.network, [`FROM ${image}`, 'RUN echo pushed > /out'])
  const tag = `${registry.host}/owner/name:1`
  await known.built.tag(String(built), tag, { signal: never })

  expect(await failureOf(engine.built.push(tag, { signal: never }))).toMatchObject({ code: 'IMAGE_ACCESS_DENIED' })
  await known.built.push(tag, { signal: never })
  await known.built.remove(tag, { signal: never })

  expect([...registry.pushed]).toEqual(['owner/name:1'])
  expect(await known.built.find(label, { signal: never })).toBeUndefined()
  expect(await known.built.find(label, { tag, signal: never })).toBe(built)
  await known.built.remove(tag, { signal: never })
})

test('a push to a registry that does not answer is tried again', async () => {
  const tag = `127.0.0.1:1/${randomUUID()}:1`
  await engine.built.tag(image, tag, { signal: never })

  expect(await failureOf(engine.built.push(tag, { signal: never }))).toMatchObject({ code: 'IMAGE_PUSH_FAILED' })
  await docker.getImage(tag).remove()
})

test('an abort ends the command that is being run', async () => {
  await using attempt = await openTestNetwork(engine, image)
  const cancel = new AbortController()
  const lines = [`FROM ${image}`, 'RUN echo begun; sleep 3600']
  const label = `narwhal.test=${randomUUID()}`
  const onOutput = (text: string) => void (text.includes('begun\n') && cancel.abort('enough'))

  const context = tarOf([{ name: 'Dockerfile', content: lines.join('\n') }])
  const building = attempt.network.buildImage({ context, file: 'Dockerfile', args: {}, label, onOutput }, cancel)

  expect(await failureOf(building)).toBe('enough')
  await expect.poll(() => runningCommands('sleep 3600'), { timeout: 20_000 }).toEqual([])
})

async function imageIds(): Promise<readonly string[]> {
  return (await docker.listImages({ all: true })).map(({ Id }) => Id).sort()
}

async function runningCommands(text: string): Promise<readonly string[]> {
  const found = await docker.listContainers({ all: true })
  return found.map(({ Command }) => Command).filter((command) => command.includes(`echo begun; ${text}`))
}
