import { link, readFile, readlink, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CacheDefinition } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { cacheKey } from '../produce/cache-key.ts'
import { restoreCaches } from '../produce/restore-caches.ts'
import { saveCaches } from '../produce/save-caches.ts'
import {
  type BlobShelf,
  cacheOf,
  openBlobShelf,
  startTestJob,
  type TestJob,
  type TestJobOptions,
  writeTree,
} from './produce-fixture.ts'

const commit = { listTree: async () => [{ path: 'package-lock.json', mode: '100644', oid: '1'.repeat(40) }] }

test('what a job that passed had at the paths is there for the next one', async () => {
  const shelf = openBlobShelf()
  const paths = ['node_modules', '~/.npm', 'single.txt', 'not-there']
  const notes = await saveFrom(shelf, [cacheOf(paths)], async ({ spec, run }) => {
    await writeTree(spec.workspacePath, { 'node_modules/a/index.js': 'a', 'node_modules/.bin/a': '->../a/index.js' })
    await writeTree(spec.workspacePath, { 'single.txt': 'one', 'node_modules/out': '->/usr/bin/node' })
    await link(join(spec.workspacePath, 'node_modules/a/index.js'), join(spec.workspacePath, 'node_modules/b.js'))
    await run('mkdir -p ~/.npm/deep; echo cached > ~/.npm/deep/file')
  })

  await using next = await startTestJob({ shelf })
  const restored = await restore(next, [cacheOf(paths)])

  expect(notes).toEqual([
    expect.stringMatching(/^cache node_modules, ~\/\.npm, single\.txt, not-there: saved \(\d+ B\)$/),
  ])
  expect(restored).toEqual({ notes: [expect.stringContaining(': hit (')], missed: [] })
  const inside = (path: string) => join(next.spec.workspacePath, path)
  expect(await readFile(inside('node_modules/.bin/a'), 'utf8')).toBe('a')
  expect(await readlink(inside('node_modules/out'))).toBe('/usr/bin/node')
  expect((await stat(inside('node_modules/b.js'))).nlink).toBe(2)
  expect(await readFile(inside('single.txt'), 'utf8')).toBe('one')
  await next.run('cat ~/.npm/deep/file')
  expect(await next.log()).toBe('cached\n')
})

test('a cache that is found is not saved again', async () => {
  const shelf = openBlobShelf()
  await saveFrom(shelf, [cacheOf(['a'])], ({ spec }) => writeTree(spec.workspacePath, { 'a/b': 'old' }))

  const notes = await saveFrom(shelf, [cacheOf(['a'])], ({ spec }) => writeFile(join(spec.workspacePath, 'a/b'), 'new'))

  expect(notes).toEqual([])
  expect(shelf.blobs.size).toBe(1)
})

test('a cache that somebody else has saved in the meantime stays as it is', async () => {
  const shelf = openBlobShelf()
  await using one = await startTestJob({ shelf })
  const missed = await restore(one, [cacheOf(['a'])])
  await saveFrom(shelf, [cacheOf(['a'])], ({ spec }) => writeTree(spec.workspacePath, { a: 'first' }))
  await writeTree(one.spec.workspacePath, { a: 'second' })

  const notes = await saveCaches(missed, one.container, one.work)

  expect(notes).toEqual(['cache a: not saved: it is there already, or this build may not write it'])
})

test('a path that is not there is nothing to save', async () => {
  const shelf = openBlobShelf()

  expect(await saveFrom(shelf, [cacheOf(['nothing'])], async () => undefined)).toEqual([
    'cache nothing: nothing to save',
  ])
  expect(shelf.blobs.size).toBe(0)
})

test('an untrusted commit writes no cache of the repository, but its own', async () => {
  const shelf = openBlobShelf()
  const caches = [cacheOf(['a'], { scope: 'repository' }), cacheOf(['a'])]
  const make = ({ spec }: TestJob) => writeTree(spec.workspacePath, { a: 'poison' })

  const notes = await saveFrom(shelf, caches, make, { trust: 'untrusted' })

  expect(notes[0]).toBe('cache a: not saved: an untrusted commit writes no cache that others read')
  expect([...shelf.caches.keys()].map((key) => key.split(' ')[0])).toEqual(['branch'])
})

test.each([
  ['a dispatcher that does not answer', (shelf: BlobShelf) => void shelf.failures.push(problem('UNREACHABLE', 'gone'))],
  ['bytes that were damaged', damage],
  ['bytes that are gone', ({ blobs }: BlobShelf) => blobs.clear()],
])('%s is a note, and the job goes on with nothing unpacked', async (_, harm) => {
  const shelf = openBlobShelf()
  await saveFrom(shelf, [cacheOf(['a'])], ({ spec }) => writeTree(spec.workspacePath, { 'a/b': 'x'.repeat(5000) }))
  harm(shelf)
  await using job = await startTestJob({ shelf })

  const { notes, missed } = await restore(job, [cacheOf(['a'])])

  expect(notes).toEqual([expect.stringMatching(/^cache a: not used: /)])
  expect(missed).toEqual([])
  await expect(stat(join(job.spec.workspacePath, 'a'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a cache that cannot be saved is a note', async () => {
  const shelf = openBlobShelf()
  const notes = await saveFrom(shelf, [cacheOf(['a'])], async ({ spec, container }) => {
    await writeTree(spec.workspacePath, { a: 'a' })
    await container.kill()
  })

  expect(notes).toEqual(['cache a: not saved: The scripted container was killed'])
})

test('an abort is no note', async () => {
  await using job = await startTestJob({ signal: AbortSignal.abort('cancelled') })
  job.work.client.call = () => Promise.reject(new Error('late'))

  await expect(restore(job, [cacheOf(['a'])])).rejects.toBe('cancelled')
})

const files = [
  { path: 'app/package-lock.json', mode: '100644', oid: 'a' },
  { path: 'deep/er/go.sum', mode: '100644', oid: 'b' },
  { path: 'package-lock.json', mode: '100644', oid: 'c' },
  { path: 'requirements-dev.txt', mode: '100644', oid: 'd' },
  { path: 'src/a.ts', mode: '100644', oid: 'e' },
]

const usual = { cache: cacheOf(['x']), changed: files, platform: 'linux/amd64', dir: undefined as string | undefined }
const without = (path: string) => files.map((file) => (file.path === path ? { ...file, oid: 'changed' } : file))

test.each([
  ['nothing is', {}, true],
  ['a source is', { changed: without('src/a.ts') }, true],
  ['a lock file elsewhere is', { changed: without('deep/er/go.sum') }, true],
  ['a lock file at the root is', { changed: without('package-lock.json') }, false],
  ['requirements are', { changed: without('requirements-dev.txt') }, false],
  ['a path is', { cache: cacheOf(['y']) }, false],
  ['the platform is', { platform: 'linux/arm64' }, false],
  ['the scope is', { cache: cacheOf(['x'], { scope: 'repository' }) }, true],
  ['a text is', { cache: cacheOf(['x'], { key: 'text' }) }, false],
  ['a file is named', { cache: cacheOf(['x'], { key: { files: ['src/**'] } }) }, false],
])('the key of a cache, when %s different: stays %j %s', async (_, changes, isSame) => {
  const keyOf = ({ cache, changed, platform, dir }: typeof usual) =>
    cacheKey(cache, { platform, dir, listFiles: async () => changed })

  const [one, other] = [await keyOf(usual), await keyOf({ ...usual, ...changes })]

  expect(one).toEqual({ key: expect.stringMatching(/^[0-9a-f]{64}$/), isFixed: false })
  expect(JSON.stringify(one) === JSON.stringify(other)).toBe(isSame)
})

test('lock files in the directory of the job count, too', async () => {
  const keyOf = (listed: typeof files) =>
    cacheKey(usual.cache, { platform: 'x', dir: './app/', listFiles: async () => listed })

  expect(await keyOf(files)).not.toEqual(await keyOf(without('app/package-lock.json')))
})

test('named files that are not there make no key; no lock file makes one that never changes', async () => {
  const parts = { platform: 'x', listFiles: async () => [] }

  expect(await cacheKey(cacheOf(['x'], { key: { files: ['*.lock'] } }), parts)).toEqual({
    fault: 'no file of the commit matches *.lock',
  })
  expect(await cacheKey(cacheOf(['x']), parts)).toMatchObject({ isFixed: true })
})

function damage({ blobs }: BlobShelf): void {
  for (const [key, bytes] of blobs) blobs.set(key, Buffer.concat([bytes.subarray(0, -9), Buffer.alloc(9, 1)]))
}

function restore(job: TestJob, cache: readonly CacheDefinition[]) {
  return restoreCaches({ cache }, job.container, { ...job.work, commit })
}

/** The notes of a job that restored, made something and saved. */
async function saveFrom(
  shelf: BlobShelf,
  cache: readonly CacheDefinition[],
  make: (job: TestJob) => Promise<unknown>,
  options: TestJobOptions = {},
): Promise<readonly string[]> {
  await using job = await startTestJob({ ...options, shelf })
  const restored = await restore(job, cache)
  await make(job)
  return await saveCaches(restored, job.container, job.work)
}
