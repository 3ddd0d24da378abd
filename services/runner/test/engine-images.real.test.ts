import { silentLog, systemClock } from '@narwhal/host'
import Docker from 'dockerode'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEngine } from '../engine/open-engine.ts'
import type { Engine } from '../engine/engine.ts'
import { failureOf, never, startTestAttempt } from './engine-fixture.ts'
import { type FakeRegistry, openFakeRegistry } from './fake-registry.ts'

const docker = new Docker()
const deps = { clock: systemClock, log: silentLog(), dockerHost: process.env.DOCKER_HOST }
let engine: Engine
let registry: FakeRegistry

beforeAll(async () => {
  engine = openEngine('docker:', deps)
  registry = await openFakeRegistry()
})

afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  for (const name of ['present-alone', 'present-shared']) await docker.getImage(`${registry.host}/${name}:1`).remove()
  await registry[Symbol.asyncDispose]()
})

test('an image that is not present is pulled, once for all who wait for it', async () => {
  const [alone, shared] = [`${registry.host}/present-alone:1`, `${registry.host}/present-shared:1`]

  await engine.provideImage(alone, { signal: never })
  await Promise.all([1, 2, 3].map(() => engine.provideImage(shared, { signal: never })))
  await engine.provideImage(shared, { signal: never })

  expect((await docker.getImage(shared).inspect()).RepoTags).toContain(shared)
  expect(registry.pulls('present-shared')).toBeLessThanOrEqual(registry.pulls('present-alone'))
})

test.each([
  ['that the registry does not have', () => `${registry.host}/missing:1`, 'IMAGE_NOT_FOUND'],
  ['whose name is not one', () => 'NOT/A-NAME', 'IMAGE_NOT_FOUND'],
  ['whose registry answers 500', () => `${registry.host}/broken:1`, 'IMAGE_PULL_FAILED'],
  ['whose registry does not answer', () => '127.0.0.1:1/nobody:1', 'IMAGE_PULL_FAILED'],
])('an image %s is a problem', async (_, image, code) => {
  await expect(engine.provideImage(image(), { signal: never })).rejects.toMatchObject({ code })
})

test('an image of a closed registry is pulled by who has a login for it', async () => {
  const login = { username: 'ada', password: 'pass:wörd' }
  await using closed = await openFakeRegistry({ login })
  const image = `${closed.host}/present-closed:1`
  const logins = { [closed.host]: login, 'another.example': { username: 'eve', password: 'x' } }
  await using known = openEngine('docker:', { ...deps, registries: logins })
  await using mistaken = openEngine('docker:', { ...deps, registries: { [closed.host]: { ...login, password: 'no' } } })

  const denied = [engine, mistaken].map((each) => failureOf(each.provideImage(image, { signal: never })))
  const told = { code: 'IMAGE_ACCESS_DENIED', message: expect.stringContaining(closed.host) }
  expect(await Promise.all(denied)).toEqual([expect.objectContaining(told), expect.objectContaining(told)])
  await known.provideImage(image, { signal: never })

  await docker.getImage(image).remove()
})

test('an image that was pulled has the digest that its registry gives it', async () => {
  const image = `${registry.host}/present-alone:1`

  const digest = await engine.provideImage(image, { signal: never })

  expect((await docker.getImage(image).inspect()).RepoDigests).toContain(`${registry.host}/present-alone@${digest}`)
  expect(await engine.provideImage(`${registry.host}/present-alone@${digest}`, { signal: never })).toBe(digest)
})

test('a pull that takes long ends with the last who waits for it', async () => {
  const image = `${registry.host}/slow:1`
  const [first, second] = [new AbortController(), new AbortController()]

  const ended = [first, second].map(({ signal }) =>
    expect(engine.provideImage(image, { signal })).rejects.toBe('enough'),
  )
  await expect.poll(() => registry.pulls('slow')).toBe(1)
  first.abort('enough')
  second.abort('enough')

  await Promise.all(ended)
})

test('a cancel is heard while the engine is still asked for the image', async () => {
  const cancel = new AbortController()

  const asked = engine.provideImage(`${registry.host}/slow:2`, { signal: cancel.signal })
  cancel.abort('enough')

  await expect(asked).rejects.toBe('enough')
})

test('an image without a shell is a problem of the user', async () => {
  const image = `${registry.host}/present-alone:1`
  await engine.provideImage(image, { signal: never })

  const attempt = startTestAttempt(engine, image).then(async (started) => {
    await using _ = started
    return await started.run('true')
  })

  await expect(attempt).rejects.toMatchObject({ code: 'IMAGE_WITHOUT_SHELL' })
})
