import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { type NeededJob, problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { unpackNeeds } from '../produce/unpack-needs.ts'
import { type BlobShelf, hashOf, openBlobShelf, startTestJob, writeTree } from './produce-fixture.ts'
import { type TarEntry, tarOf } from './tar-in-tests.ts'

test('artifacts of needed jobs are in the workspace, those of a later one over those of an earlier one', async () => {
  const shelf = openBlobShelf()
  const needs = [
    await needOf(shelf, [
      { name: 'dist/a', content: 'one' },
      { name: 'dist/run', content: 'run', mode: 0o755 },
    ]),
    await needOf(shelf, [
      { name: 'dist/a', content: 'two' },
      { name: 'dist/b', type: 'symlink', linkname: 'a' },
    ]),
  ]
  await using job = await startTestJob({ shelf, needs })
  await writeTree(job.spec.workspacePath, { 'dist/c': 'kept' })

  await unpackNeeds(job.container, job.work)

  const dist = join(job.spec.workspacePath, 'dist')
  expect(await readFile(join(dist, 'a'), 'utf8')).toBe('two')
  expect(await readFile(join(dist, 'b'), 'utf8')).toBe('two')
  expect(await readFile(join(dist, 'c'), 'utf8')).toBe('kept')
  expect((await stat(join(dist, 'run'))).mode & 0o777).toBe(0o755)
})

test('a need without artifacts brings nothing', async () => {
  const { artifacts: _, ...need } = await needOf(openBlobShelf(), [])
  await using job = await startTestJob({ needs: [need] })

  await expect(unpackNeeds(job.container, job.work)).resolves.toBeUndefined()
})

test.each([
  [
    'a byte is another',
    (bytes: Buffer) =>
      Buffer.concat([bytes.subarray(0, -9), Buffer.from([(bytes.at(-9) ?? 0) ^ 1]), bytes.subarray(-8)]),
  ],
  ['the end is missing', (bytes: Buffer) => bytes.subarray(0, -1)],
  ['there is more', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('more')])],
  ['they are others', () => gzipSync(Buffer.alloc(1024))],
  ['they are no gzip', (bytes: Buffer) => Buffer.alloc(bytes.length, 'x')],
  ['there is nothing', () => Buffer.alloc(0)],
])('bytes that were kept and came back different are told: %s', async (_, damage) => {
  const shelf = openBlobShelf()
  const need = await needOf(shelf, [{ name: 'a', content: 'x'.repeat(10_000) }])
  await using job = await startTestJob({ shelf, needs: [need] })
  const { sha256 = '' } = need.artifacts ?? {}
  shelf.blobs.set(sha256, damage(shelf.blobs.get(sha256) ?? Buffer.alloc(0)))

  await expect(unpackNeeds(job.container, job.work)).rejects.toMatchObject({ code: 'BLOB_HASH_WRONG' })
})

test('a download that breaks off is begun anew', async () => {
  const shelf = openBlobShelf()
  const needs = [await needOf(shelf, [{ name: 'a', content: 'whole' }])]
  await using job = await startTestJob({ shelf, needs })
  let downloads = 0
  const client = {
    ...shelf.client,
    download: async (...call: Parameters<typeof shelf.client.download>) => {
      const bytes = await shelf.client.download(...call)
      downloads += 1
      return downloads === 1 ? breaking(bytes) : bytes
    },
  }

  await unpackNeeds(job.container, { ...job.work, client })

  expect(await readFile(join(job.spec.workspacePath, 'a'), 'utf8')).toBe('whole')
})

test('artifacts that are gone are told as the dispatcher tells it', async () => {
  const shelf = openBlobShelf()
  const needs = [await needOf(shelf, [])]
  await using job = await startTestJob({ shelf, needs })
  shelf.blobs.clear()

  await expect(unpackNeeds(job.container, job.work)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
})

test('artifacts of another runner cannot lead out of the workspace', async () => {
  const shelf = openBlobShelf()
  const entries: TarEntry[] = [
    { name: '../up', content: 'x' },
    { name: '/abs', content: 'x' },
    { name: 'out', type: 'symlink', linkname: '..' },
    { name: 'out/below', content: 'x' },
    { name: 'good', content: 'good' },
  ]
  await using job = await startTestJob({ shelf, needs: [await needOf(shelf, entries)] })

  await unpackNeeds(job.container, job.work)

  await job.run('ls')
  expect(await job.log()).toBe('good\nout\n')
  await expect(stat(join(job.directory, 'up'))).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(stat(join(job.directory, 'below'))).rejects.toMatchObject({ code: 'ENOENT' })
})

async function* breaking(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of bytes) {
    yield chunk.subarray(0, 20)
    throw problem('UNREACHABLE', 'the connection broke')
  }
}

let needs = 0

async function needOf(shelf: BlobShelf, entries: readonly TarEntry[]): Promise<NeededJob> {
  const bytes = gzipSync(await buffer(Readable.from(tarOf(entries))))
  const artifacts = { sha256: hashOf(bytes), bytes: bytes.length }
  shelf.blobs.set(artifacts.sha256, bytes)
  const name = `need ${++needs}`
  return { key: name, name, outcome: 'passed', outputs: {}, artifacts }
}
