import { link, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import type { ArtifactsDefinition } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { produce } from '../produce/produce.ts'
import {
  type BlobShelf,
  openBlobShelf,
  packingContainer,
  plainJob,
  startTestJob,
  type TestJob,
  writeTree,
} from './produce-fixture.ts'
import { readTar, type TarEntry, tarOf } from './tar-in-tests.ts'

test('artifacts are the files that the globs match, without those that are taken away', async () => {
  const shelf = openBlobShelf()
  await using job = await startTestJob({ shelf })
  const files = { 'dist/app.js': 'app', 'dist/app.js.map': 'map', 'dist/deep/x.js': 'x', 'src/a.ts': 'a', README: 'r' }
  await writeTree(job.spec.workspacePath, files)

  const { produced } = await produceOf(job, ['dist/**', 'README', '!**/*.map'])

  expect(produced.artifacts).toMatchObject({ files: 3, keepMs: 1000 })
  expect(namesOf(await packed(shelf))).toEqual(['README', 'dist/app.js', 'dist/deep', 'dist/deep/x.js'])
  expect(produced.notes).toBeUndefined()
})

test('a directory that is named comes with all that is in it', async () => {
  const shelf = openBlobShelf()
  await using job = await startTestJob({ shelf })
  await writeTree(job.spec.workspacePath, { 'out/a/b': 'b', 'out/c': 'c', outer: 'no' })

  await produceOf(job, ['./out/'])

  expect(namesOf(await packed(shelf))).toEqual(['out', 'out/a', 'out/a/b', 'out/c'])
})

test('the whole workspace is packed without its .git', async () => {
  const shelf = openBlobShelf()
  await using job = await startTestJob({ shelf })
  await writeTree(job.spec.workspacePath, { '.git/config': 'secret', 'a/.git/config': 'inner', '.env': 'e' })

  await produceOf(job, ['**'])

  expect(namesOf(await packed(shelf))).toEqual(['.env', 'a', 'a/.git', 'a/.git/config'])
})

test('modes, inner links and hard links stay as they are', async () => {
  const shelf = openBlobShelf()
  await using job = await startTestJob({ shelf })
  await writeTree(job.spec.workspacePath, { 'dist/run': 'run', 'dist/in/link': '->../run' })
  await job.run('cd dist')
  await link(join(job.spec.workspacePath, 'dist/run'), join(job.spec.workspacePath, 'dist/second'))

  await produceOf(job, ['dist/**'])

  expect(await packed(shelf)).toMatchObject({
    'dist/run': { type: 'file', content: 'run' },
    'dist/in/link': { type: 'symlink', target: '../run' },
    'dist/second': { type: 'link', target: 'dist/run' },
  })
})

test('equal files make equal bytes', async () => {
  const shelf = openBlobShelf()
  for (const _ of [1, 2]) {
    await using job = await startTestJob({ shelf })
    await writeTree(job.spec.workspacePath, { 'dist/a': 'a', 'dist/b': 'b' })
    await produceOf(job, ['dist/**'])
  }

  expect(shelf.blobs.size).toBe(1)
})

test('globs that match nothing are a note, and the job passes', async () => {
  await using job = await startTestJob()

  const end = await produceOf(job, ['dist/**', '*.tgz'])

  expect(end).toEqual({ produced: { outputs: {}, notes: ['artifacts matched nothing: dist/**, *.tgz'] } })
})

test.each([
  ['success', 'passed', true],
  ['success', 'failed', false],
  ['failure', 'failed', true],
  ['failure', 'errored', true],
  ['failure', 'passed', false],
  ['always', 'passed', true],
  ['always', 'cancelled', true],
] as const)('artifacts for %s of a job that %s: %s', async (when, outcome, isTaken) => {
  await using job = await startTestJob()
  await writeTree(job.spec.workspacePath, { log: 'text' })
  const artifacts = { paths: ['log'], if: when, keepMs: 1 }

  const { produced } = await produce({ ...plainJob, artifacts }, optionsOf(job, { outcome }))

  expect(produced.artifacts !== undefined).toBe(isTaken)
})

test('more than 2 GiB fails a job that passed, and the largest files are named', async () => {
  await using job = await startTestJob()
  await writeTree(job.spec.workspacePath, { 'dist/a': 'small', 'dist/b': '' })
  await truncate(join(job.spec.workspacePath, 'dist/b'), 3 * 1024 ** 3)

  const { problem: fault, produced } = await produceOf(job, ['dist/**'])

  expect(fault).toMatchObject({ code: 'ARTIFACTS_TOO_LARGE' })
  expect(fault?.message).toBe('The artifacts have more than 2 GiB. The largest so far: dist/b (3 GiB), dist/a (5 B).')
  expect(produced.artifacts).toBeUndefined()
})

test('what goes wrong with the files of a job that failed is a note', async () => {
  await using job = await startTestJob()
  await job.container.kill()

  const end = await produce(
    { ...plainJob, artifacts: { paths: ['log'], if: 'always', keepMs: 1 } },
    optionsOf(job, { outcome: 'failed' }),
  )

  expect(end).toEqual({ produced: { outputs: {}, notes: ['The scripted container was killed'] } })
})

test('a dispatcher that does not answer for a while costs nothing', async () => {
  const shelf = openBlobShelf()
  shelf.failures.push(
    problem('UNREACHABLE', 'gone'),
    problem('NOT_READY', 'starting'),
    problem('STORE_UNAVAILABLE', 'its store is started anew'),
  )
  await using job = await startTestJob({ shelf })
  await writeTree(job.spec.workspacePath, { log: 'text' })

  const end = await produceOf(job, ['log'])

  expect(end.problem).toBeUndefined()
  expect(shelf.blobs.has(end.produced.artifacts?.sha256 ?? '')).toBe(true)
})

test('a dispatcher that never answers is a problem that is retried', async () => {
  const shelf = openBlobShelf()
  shelf.failures.push(...Array.from({ length: 20 }, () => problem('UNREACHABLE', 'gone')))
  await using job = await startTestJob({ shelf })
  await writeTree(job.spec.workspacePath, { log: 'text' })

  expect((await produceOf(job, ['log'])).problem).toMatchObject({ code: 'BLOB_TRANSFER_FAILED' })
})

test('an abort is no note', async () => {
  await using job = await startTestJob({ signal: AbortSignal.abort('cancelled') })
  await writeTree(job.spec.workspacePath, { log: 'text' })

  await expect(produceOf(job, ['log'])).rejects.toBe('cancelled')
})

const hostile: readonly (readonly [string, TarEntry])[] = [
  ['a name that leads up', { name: 'w/../../etc/passwd', content: 'x' }],
  ['a name with NUL', { name: 'w/a', pax: { path: 'w/a\0b' }, content: 'x' }],
  ['a link that leads up', { name: 'w/up', type: 'symlink', linkname: '../outside' }],
  ['a link to the root', { name: 'w/root', type: 'symlink', linkname: '/etc/passwd' }],
  ['a link that goes in and out', { name: 'w/deep/link', type: 'symlink', linkname: 'a/../../../x' }],
  ['a hard link to what is not there', { name: 'w/hard', type: 'link', linkname: 'w/other' }],
  ['a hard link that leads out', { name: 'w/hard', type: 'link', linkname: '/etc/shadow' }],
  ['a device', { name: 'w/sda', type: 'block-device', devmajor: 8, devminor: 0 }],
  ['a pipe', { name: 'w/pipe', type: 'fifo' }],
]

test.each(hostile)('%s is left out with a note', async (_, entry) => {
  const shelf = openBlobShelf()
  await using job = await startTestJob({ shelf })
  const container = packingContainer(() => tarOf([{ name: 'w/good', content: 'good' }, entry]))

  const { produced } = await produce(jobWith(['**']), { ...optionsOf(job), container })

  expect(namesOf(await packed(shelf))).toEqual(['good'])
  expect(produced.notes).toEqual([expect.stringContaining('artifacts: left out ')])
})

test('nothing is packed twice, or behind a link', async () => {
  const shelf = openBlobShelf()
  await using job = await startTestJob({ shelf })
  const entries: TarEntry[] = [
    { name: 'w/dir', type: 'symlink', linkname: '.' },
    { name: 'w/dir/evil', content: 'x' },
    { name: 'w/a', content: 'one' },
    { name: 'w/a', content: 'two' },
  ]

  await produce(jobWith(['**']), { ...optionsOf(job), container: packingContainer(() => tarOf(entries)) })

  expect(await packed(shelf)).toEqual({
    dir: { type: 'symlink', target: '.' },
    a: { type: 'file', mode: 0o644, content: 'one' },
  })
})

test('bits beyond the usual ones, owners and times do not come along', async () => {
  const shelf = openBlobShelf()
  await using job = await startTestJob({ shelf })
  const entry = { name: 'w/su', mode: 0o6755, uid: 1000, gid: 1000, uname: 'app', content: 'x' }

  await produce(jobWith(['**']), { ...optionsOf(job), container: packingContainer(() => tarOf([entry])) })

  const [bytes = Buffer.alloc(0)] = shelf.blobs.values()
  const header = gunzipSync(bytes).subarray(0, 512)
  expect(header.toString('latin1', 100, 124).match(/[0-7]+/g)).toEqual(['000755', '000000', '000000'])
  expect(Number.parseInt(header.toString('latin1', 136, 147), 8)).toBe(Date.parse('1985-10-26T08:15:00Z') / 1000)
})

test('100,001 files are too many', async () => {
  await using job = await startTestJob()
  const endless = async function* () {
    const one = await Array.fromAsync(tarOf([{ name: 'w/file', content: '' }]))
    const [header] = one
    for (let index = 0; index <= 100_000; index++) yield rename(Buffer.from(header ?? []), `w/${index}`)
  }

  const { problem: fault } = await produce(jobWith(['**']), { ...optionsOf(job), container: packingContainer(endless) })

  expect(fault?.message).toContain('more than 100,000 files and directories')
})

test('what an engine throws in the middle is the problem', async () => {
  await using job = await startTestJob()
  const broken = async function* () {
    const [header] = await Array.fromAsync(tarOf([{ name: 'w/file', content: 'x'.repeat(2000) }]))
    yield header ?? Buffer.alloc(0)
    throw problem('CONTAINER_GONE', 'it went')
  }

  const end = await produce(jobWith(['**']), { ...optionsOf(job), container: packingContainer(broken) })

  expect(end.problem).toMatchObject({ code: 'CONTAINER_GONE' })
  expect(await readFile(join(job.directory, 'artifacts.tar.gz')).catch(({ code }) => code)).toBe('ENOENT')
})

/** Puts another name into a ustar header. */
function rename(header: Buffer, name: string): Buffer {
  header.fill(0, 0, 100).write(name, 0)
  header.fill(' ', 148, 156)
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header.subarray(0, 512)
}

function jobWith(paths: readonly string[]) {
  const artifacts: ArtifactsDefinition = { paths, if: 'success', keepMs: 1000 }
  return { ...plainJob, artifacts }
}

function optionsOf(
  { container, work }: TestJob,
  { outcome = 'passed' }: { outcome?: 'passed' | 'failed' | 'errored' | 'cancelled' } = {},
) {
  return { outcome, container, outputs: {}, summaries: [], notes: [], work }
}

function produceOf(job: TestJob, paths: readonly string[]) {
  return produce(jobWith(paths), optionsOf(job))
}

function packed({ blobs }: BlobShelf) {
  const [bytes = Buffer.alloc(0)] = blobs.values()
  return readTar(Readable.from([gunzipSync(bytes)]))
}

function namesOf(entries: object): readonly string[] {
  return Object.keys(entries).sort()
}
