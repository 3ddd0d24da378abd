import { silentLog, systemClock } from '@narwhal/host'
import Docker from 'dockerode'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImageBuild } from '@narwhal/pipeline'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { runImageBuild } from '../produce/run-image-build.ts'
import { never } from './engine-fixture.ts'
import { openPushRegistry, type PushRegistry } from './open-push-registry.ts'
import { startTestJob, type TestJob, writeTree } from './produce-fixture.ts'

const login = { username: 'ada', password: 'secret' }
let registry: PushRegistry
let engine: Engine
let image: string

beforeAll(async () => {
  image = await provideTestImage()
  registry = await openPushRegistry(login)
  const registries = { [registry.host]: login }
  engine = openEngine('docker:', {
    clock: systemClock,
    log: silentLog(),
    dockerHost: process.env.DOCKER_HOST,
    registries,
  })
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  await registry[Symbol.asyncDispose]()
})

test('the step `image` builds, validates, tags, pushes, and does nothing twice', async () => {
  await using job = await startTestJob({ engine, image })
  const dockerfile = `FROM ${image}\nCOPY . /app\n`
  const files = { Dockerfile: dockerfile, main: 'of the app', '.dockerignore': 'dist', 'dist/log': 'not this' }
  await writeTree(`${job.spec.workspacePath}/app`, files)
  const tag = `${registry.host}/ada/app:1`
  const validate = 'cat /app/main; test ! -e /app/dist'
  const asked = { context: 'app', tags: [tag], push: true, validate }

  const first = await build(job, asked)
  const again = await build(job, asked)
  await engine.built.remove(tag, { signal: never })
  const elsewhere = await build(job, asked)

  expect(first).toMatch(/COPY[^]*\nBuilt sha256:[^]*of the app[^]*Validated\nTagged [^]*Pushed /)
  expect(again).toMatch(/^Built before from the same files: sha256:/)
  expect(elsewhere).toMatch(/^Pushed before from the same files: /)
  expect([...registry.pushed]).toEqual(['ada/app:1'])
  await engine.built.remove(tag, { signal: never })
})

test('an image that fails its validation is not tagged', async () => {
  await using job = await startTestJob({ engine, image })
  await writeTree(job.spec.workspacePath, { Dockerfile: `FROM ${image}\nUSER app\n` })
  const tag = 'narwhal-test/invalid:1'

  const lines: string[] = []

  const building = build(job, { tags: [tag], validate: 'id -un; exit 3' }, lines)

  await expect(building).rejects.toMatchObject({ code: 'IMAGE_VALIDATE_FAILED' })
  await expect(new Docker().getImage(tag).inspect()).rejects.toMatchObject({ statusCode: 404 })
  await engine.built.remove(/sha256:\w+/.exec(lines.join(''))?.[0] ?? '', { signal: never })
})

/** What the step writes into its log. */
async function build(job: TestJob, changes: Partial<ImageBuild>, lines: string[] = []): Promise<string> {
  const { container, network, work } = job
  const usual = { context: '.', file: 'Dockerfile', args: {}, tags: [], push: false, skip: true }
  const uses = { uses: 'image', with: { ...usual, ...changes } } as const
  const step = { name: 'image', work: uses, env: {}, secrets: {}, allowFailure: false }
  await runImageBuild(step, { container, network, work, output: (text) => void lines.push(text) })
  return lines.join('')
}
