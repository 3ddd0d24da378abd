import { readdir } from 'node:fs/promises'
import type { ImageBuild, StepDefinition } from '@narwhal/pipeline'
import { expect, test } from 'vitest'
import { ignoredPaths } from '../produce/ignored-paths.ts'
import { runImageBuild } from '../produce/run-image-build.ts'
import { never } from './engine-fixture.ts'
import { startTestJob, type TestJob, type TestJobOptions, writeTree } from './produce-fixture.ts'

const dockerfile = 'FROM busybox:1\nCOPY app /app\n'

test('an image is built, validated, tagged and pushed, and the log says so', async () => {
  await using job = await startBuild({ app: 'app' })

  const output = await build(job, {
    tags: ['ada/app:1', 'registry.example:5000/ada/app:1'],
    push: true,
    validate: 'echo fine',
  })

  expect(output).toMatch(
    /^FROM busybox:1[^]*\nBuilt sha256:\w+\nfine\nValidated\nTagged ada\/app:1\nPushed ada\/app:1\nTagged registry\.example:5000\/ada\/app:1\nPushed registry/,
  )
})

test('equal files are built once; a changed file is built again', async () => {
  await using job = await startBuild({ app: 'app', 'dist/log': 'one', '.dockerignore': 'dist\n' })
  await build(job)

  expect(await build(job)).toMatch(/^Built before from the same files: sha256:\w+\n$/)
  await job.run('echo two > dist/log')
  expect(await build(job)).toMatch(/^Built before/)
  expect(await build(job, { args: { A: 'b' } })).toMatch(/\nBuilt sha256/)
  expect(await build(job, { skip: false })).toMatch(/\nBuilt sha256/)
  await job.run('echo two > app')
  expect(await build(job)).toMatch(/\nBuilt sha256/)
})

test('an image that a registry has is not built on a runner that has never seen it', async () => {
  await using job = await startBuild({ app: 'app' })
  const output = await build(job, { tags: ['ada/app:1'], push: true })
  await job.engine.built.remove(/Built (sha256:\w+)/.exec(output)?.[1] ?? '', { signal: never })

  expect(await build(job, { tags: ['ada/app:1'], push: true })).toMatch(
    /^Pushed before from the same files: ada\/app:1\n/,
  )
})

test('an image that was built before is validated again', async () => {
  await using job = await startBuild({ app: 'app' })
  await build(job)

  await expect(build(job, { validate: 'exit 3' })).rejects.toMatchObject({
    code: 'IMAGE_VALIDATE_FAILED',
    message: '`validate` ended with exit code 3.',
  })
})

test('what does not pass its validation is not tagged', async () => {
  await using job = await startBuild({ app: 'app' })
  const lines: string[] = []

  await expect(build(job, { validate: 'echo broken; exit 1', tags: ['ada/app:1'] }, lines)).rejects.toMatchObject({
    code: 'IMAGE_VALIDATE_FAILED',
  })

  expect(lines.join('')).toMatch(/\nbroken\n$/)
})

test('an untrusted commit builds and validates, and neither tags nor pushes', async () => {
  await using job = await startBuild({ app: 'app' }, { trust: 'untrusted' })

  expect(await build(job, { tags: ['ada/busybox:1'], validate: 'true' })).toMatch(
    /Validated\nNot tagged: the commit is untrusted\.\n$/,
  )
  await expect(build(job, { tags: ['ada/app:1'], push: true })).rejects.toMatchObject({ code: 'IMAGE_PUSH_UNTRUSTED' })
})

test('what an untrusted commit has built is nothing to a trusted one', async () => {
  await using stranger = await startBuild({ app: 'app' }, { trust: 'untrusted' })
  await build(stranger)
  await using job = await startBuild({ app: 'app' }, { engine: stranger.engine })

  expect(await build(job)).toMatch(/\nBuilt sha256/)
})

test.each([
  ['a directory that is not there', { context: 'nowhere' }, 'IMAGE_CONTEXT_INVALID'],
  ['a Dockerfile that is not there', { file: 'Other' }, 'IMAGE_BUILD_FAILED'],
  ['a tag in capitals', { tags: ['App'] }, 'IMAGE_TAG_INVALID'],
  ['a tag that is an image of everybody', { tags: ['node:24'] }, 'IMAGE_TAG_INVALID'],
  ['a tag with a blank', { tags: ['a b'] }, 'IMAGE_TAG_INVALID'],
  ['a tag that is an option', { tags: ['--help'] }, 'IMAGE_TAG_INVALID'],
  ['a digest', { tags: [`app@sha256:${'a'.repeat(64)}`] }, 'IMAGE_TAG_INVALID'],
  ['too many tags', { tags: Array.from({ length: 21 }, (_, at) => `app:${at}`) }, 'IMAGE_TAG_INVALID'],
  ['a registry that does not take it', { tags: ['ada/unpushable:1'], push: true }, 'IMAGE_PUSH_FAILED'],
])('%s fails the step', async (_, changes, code) => {
  await using job = await startBuild({ app: 'app' })

  await expect(build(job, changes)).rejects.toMatchObject({ code })
})

test.each(['ada/app:1.2', 'ada/app', 'a.b/c_d/e--f:X', 'localhost:5000/app:1', 'registry.example/ada/app:main-2'])(
  '%s is a tag',
  async (tag) => {
    await using job = await startBuild({ app: 'app' })

    expect(await build(job, { tags: [tag] })).toContain(`Tagged ${tag}\n`)
  },
)

test('a step leaves nothing behind on the runner', async () => {
  await using job = await startBuild({ app: 'app' })
  const before = await readdir(job.directory)

  await build(job, { validate: 'true' })

  expect(await readdir(job.directory)).toEqual(before)
})

test.each([
  ['', ['.git', '.git/config'], ['a', '.gitignore', 'a/.git']],
  ['node_modules', ['node_modules', 'node_modules/a/b'], ['a/node_modules']],
  ['**/*.log\n!keep.log', ['a.log', 'a/b.log'], ['keep.log', 'a']],
  ['/dist/\n# comment\n\n', ['dist/a'], ['a/dist', '# comment']],
  ['*\n!src', ['a', 'b/c'], ['src', 'src/a']],
  ['!.git', [], ['.git', '.git/config']],
])('a .dockerignore of %j leaves out %j, and not %j', (text, out, kept) => {
  const isIgnored = ignoredPaths(text)

  expect(out.filter((path) => !isIgnored(path))).toEqual([])
  expect(kept.filter(isIgnored)).toEqual([])
})

async function startBuild(files: Readonly<Record<string, string>>, options: TestJobOptions = {}): Promise<TestJob> {
  const job = await startTestJob(options)
  await writeTree(job.spec.workspacePath, { Dockerfile: dockerfile, ...files })
  return job
}

/** What the step writes into its log. */
async function build(job: TestJob, changes: Partial<ImageBuild> = {}, lines: string[] = []): Promise<string> {
  const { container, network, work } = job
  const usual = { context: '.', file: 'Dockerfile', args: {}, tags: [], push: false, skip: true }
  const step: StepDefinition = {
    name: 'image',
    work: { uses: 'image', with: { ...usual, ...changes } },
    env: {},
    secrets: {},
    allowFailure: false,
  }
  await runImageBuild(step, { container, network, work, output: (text) => void lines.push(text) })
  return lines.join('')
}
