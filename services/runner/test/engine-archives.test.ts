import { buffer } from 'node:stream/consumers'
import type { Header } from 'tar-stream'
import { expect, test } from 'vitest'
import { entryCheck } from '../engine/docker/entry-check.ts'
import { rewriteTar } from '../engine/docker/rewrite-tar.ts'
import { readTar, tarOf } from './tar-in-tests.ts'

const mtime = new Date(0)

/** What an entry becomes after those before it. */
function checked(entries: readonly Partial<Header>[]) {
  const check = entryCheck({ prefix: 'workspace/', uid: 1000, gid: 50 })
  const headers = entries.map((entry): Header => ({ ...blank, ...entry }))
  return headers
    .map((header) => check(header))
    .at(-1)
    ?.at(-1)
}

const blank: Header = {
  name: 'file',
  type: 'file',
  size: 0,
  mode: 0o644,
  mtime,
  linkname: '',
  uid: 0,
  gid: 0,
  uname: '',
  gname: '',
  devmajor: 0,
  devminor: 0,
}
const link = { name: 'link', type: 'symlink', linkname: '/etc' } as const
const entry = { mode: 0o644, mtime, uid: 1000, gid: 50 }

test.each<[string, readonly Partial<Header>[], object | undefined]>([
  [
    'a file gets its owner and its place',
    [{ name: './a//b', size: 3 }],
    { ...entry, name: 'workspace/a/b', type: 'file', size: 3 },
  ],
  [
    'set-user-ID is not given',
    [{ mode: 0o4755 }],
    { ...entry, name: 'workspace/file', type: 'file', size: 0, mode: 0o755 },
  ],
  ['the directory itself is left out', [{ name: './', type: 'directory' }], undefined],
  ['a link is made as it is', [link], { ...entry, name: 'workspace/link', type: 'symlink', linkname: '/etc' }],
  [
    'a hard link to a file before it is one',
    [{ name: 'a' }, { type: 'link', linkname: './a' }],
    { ...entry, name: 'workspace/file', type: 'link', linkname: 'workspace/a' },
  ],
  ['a file may replace a link', [link, { name: 'link' }], { ...entry, name: 'workspace/link', type: 'file', size: 0 }],
  ['a device is left out', [{ type: 'block-device', devmajor: 7 }], undefined],
  ['a FIFO is left out', [{ type: 'fifo' }], undefined],
])('%s', (_, entries, expected) => {
  expect(checked(entries)).toEqual(expected)
})

test.each<[string, readonly Partial<Header>[]]>([
  ['a name that goes up', [{ name: 'a/../../b' }]],
  ['a name that is absolute', [{ name: '/etc/passwd' }]],
  ['a name with a NUL', [{ name: 'a\0b' }]],
  ['a file through a link', [link, { name: 'link/passwd' }]],
  ['a directory far below a link', [link, { name: 'link/a/b', type: 'directory' }]],
  [
    'a file through a link that has replaced a directory',
    [{ name: 'link', type: 'directory' }, link, { name: 'link/x' }],
  ],
  ['a hard link to what is outside', [{ type: 'link', linkname: '/etc/passwd' }]],
  ['a hard link to what is above', [{ type: 'link', linkname: '../victim' }]],
  ['a hard link to what the archive does not hold', [{ type: 'link', linkname: 'other' }]],
  ['a hard link to a link', [link, { type: 'link', linkname: 'link' }]],
  [
    'a hard link to a file that a link has replaced',
    [{ name: 'd/passwd' }, { ...link, name: 'd' }, { type: 'link', linkname: 'd/passwd' }],
  ],
])('an archive with %s is refused', (_, entries) => {
  expect(() => checked(entries)).toThrow(expect.objectContaining({ code: 'ENGINE_REFUSED' }))
})

test('directories that an archive does not name are made once, for the same user', () => {
  const check = entryCheck({ prefix: 'root/', uid: 1000, gid: 50 })
  const made = ['a/b/one', 'a/b/two', 'a/c/three'].map((name) => check({ ...blank, name }).map((each) => each.name))

  expect(made).toEqual([['root/a/', 'root/a/b/', 'root/a/b/one'], ['root/a/b/two'], ['root/a/c/', 'root/a/c/three']])
  expect(check({ ...blank, name: 'd/e' })[0]).toMatchObject({ type: 'directory', mode: 0o755, uid: 1000, gid: 50 })
})

test('no directory is made anew at the root of a container', () => {
  const check = entryCheck({ prefix: '', uid: 0, gid: 0 })

  expect(check({ ...blank, name: 'tmp/file' }).map(({ name }) => name)).toEqual(['tmp/file'])
})

test('the contents of a tar pass through, whatever its headers become', async () => {
  const tar = tarOf([
    { name: 'one', content: '1' },
    { name: 'gone', content: 'x' },
    { name: 'two', content: '22' },
  ])
  const first = [
    { name: 'a/', type: 'directory', mode: 0o755 },
    { name: 'a/b/', type: 'directory', mode: 0o700 },
  ] as const

  const rewritten = rewriteTar(tar, {
    first,
    rewrite: ({ name, size }) => (name === 'gone' ? [] : [{ name: `a/b/${name}`, size, mode: 0o600 }]),
  })

  expect(await readTar(rewritten)).toEqual({
    a: { type: 'directory', mode: 0o755 },
    'a/b': { type: 'directory', mode: 0o700 },
    'a/b/one': { type: 'file', mode: 0o600, content: '1' },
    'a/b/two': { type: 'file', mode: 0o600, content: '22' },
  })
})

test.each([
  ['what the tar throws', () => failing(new RangeError('it broke')), () => [], 'it broke'],
  ['what the check throws', () => tarOf([{ name: 'one', content: '1' }]), () => raise(new RangeError('no')), 'no'],
  ['that the tar ends too early', () => cut(tarOf([{ name: 'one', content: 'x'.repeat(2000) }])), pass, 'end of data'],
  ['that it is no tar', () => garbage(), pass, 'tar'],
])('%s is thrown to whoever reads it', async (_, tar, rewrite, said) => {
  await expect(buffer(rewriteTar(tar(), { rewrite }))).rejects.toThrow(said)
})

test('a tar that is not read to its end is not read further', async () => {
  const asked: number[] = []
  const endless = async function* () {
    yield (await buffer(tarOf([{ name: 'one', content: 'x'.repeat(2 ** 24) }]))).subarray(0, 512)
    for (let piece = 0; ; piece++) {
      asked.push(piece)
      yield Buffer.alloc(64 * 1024)
    }
  }

  for await (const bytes of rewriteTar(endless(), { rewrite: pass })) if (bytes.length > 512) break
  const before = asked.length
  await new Promise(setImmediate)

  expect(asked.length).toBeLessThan(20)
  expect(asked.length).toBe(before)
})

function pass(header: Header) {
  const { name, size, mode, type } = header
  return [{ name, size, mode, type }]
}

function raise(error: Error): never {
  throw error
}

async function* failing(error: Error) {
  yield Buffer.alloc(0)
  throw error
}

async function* cut(tar: AsyncIterable<Uint8Array>) {
  yield (await buffer(tar)).subarray(0, 1000)
}

async function* garbage() {
  yield Buffer.alloc(2048, 'x')
}
