import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { openBlobs } from '../index.ts'

const signal = new AbortController().signal

async function makeFolder() {
  const path = await mkdtemp(join(tmpdir(), 'narwhal-blobs-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

test('what was written is there in the next life, and nothing else is left', async () => {
  await using folder = await makeFolder()
  {
    await using blobs = await openBlobs(`file:${folder.path}`)
    await blobs.write('a/b', Buffer.from('x'), { signal })
    await blobs.write('a/c/d', Buffer.from('x'), { signal })
    await blobs.remove('a/c/d')
  }

  await using blobs = await openBlobs(pathToFileURL(folder.path).href)

  expect(await blobs.stat('a/b')).toEqual({ bytes: 1 })
  expect((await readdir(folder.path, { recursive: true })).toSorted()).toEqual(['.incoming', 'a', 'a/b@'])
})

test('half-written files are removed once they are old; younger ones may be of somebody else', async () => {
  await using folder = await makeFolder()
  await using blobs = await openBlobs(`file:${folder.path}`)
  const incoming = join(folder.path, '.incoming')
  await writeFile(join(incoming, 'old'), 'half')
  await writeFile(join(incoming, 'new'), 'half')
  await utimes(join(incoming, 'old'), 1000, 1000)

  await blobs.removeAbandoned(2_000_000)

  expect(await readdir(incoming)).toEqual(['new'])
  expect(await Array.fromAsync(blobs.list(''))).toEqual([])
})

test.each(['s4://bucket', 'file:', 'file://host/path', '/srv/blobs', 'memory', ''])(
  'the URL %j is refused',
  async (url) => {
    await expect(openBlobs(url)).rejects.toMatchObject({ code: 'BLOB_URL_INVALID' })
  },
)
