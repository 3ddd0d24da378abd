import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unpackPlace } from '../engine/files/unpack-place.ts'
import { type TarEntry, tarOf } from './tar-in-tests.ts'

const directory: TarEntry = { name: 'd/', type: 'directory', mode: 0o777 }

test.each<[string, readonly TarEntry[]]>([
  ['in the place of a directory', [directory, { name: 'd', type: 'symlink', linkname: '../victim' }]],
  [
    'above a directory',
    [
      { ...directory, name: 'a/d/' },
      { name: 'a', type: 'symlink', linkname: '../above' },
    ],
  ],
])('a link %s does not give the mode of that to what it leads to', async (_, entries) => {
  const root = await mkdtemp(join(tmpdir(), 'narwhal-unpack-'))
  const [victim, below] = [join(root, 'victim'), join(root, 'above/d')]
  await Promise.all([mkdir(victim), mkdir(below, { recursive: true }), mkdir(join(root, 'workspace'))])
  await Promise.all([chmod(victim, 0o700), chmod(below, 0o700)])

  await unpackPlace({ root: join(root, 'workspace'), parts: [] }, tarOf(entries), AbortSignal.timeout(5_000))

  const modes = await Promise.all([victim, below].map(async (path) => (await stat(path)).mode & 0o777))
  expect(modes).toEqual([0o700, 0o700])
  await rm(root, { recursive: true })
})
