import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { never, type StartedAttempt, startTestAttempt } from './engine-fixture.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import { type TarEntry, tarOf } from './tar-in-tests.ts'

// What archives of strangers try. Beside the workspace lies a victim, which no archive may change, and nothing may come
// to lie beside it; whether the engine throws or leaves such an entry out is its own affair.

interface HostileArchive {
  readonly what: string
  readonly entries: (attempt: StartedAttempt) => readonly TarEntry[]
}

const evil = { content: 'evil' }

const archives: readonly HostileArchive[] = [
  { what: 'a name that goes up', entries: () => [{ name: '../victim', ...evil }] },
  {
    what: 'a name that goes up by itself',
    entries: () => [
      { name: '..', type: 'directory' },
      { name: '../victim', ...evil },
    ],
  },
  { what: 'a name that goes up from within', entries: () => [{ name: 'a/b/../../../victim', ...evil }] },
  {
    what: 'a name that goes far up',
    entries: ({ directory }) => [{ name: `${'../'.repeat(40)}${directory}/victim`, ...evil }],
  },
  { what: 'an absolute name', entries: ({ directory }) => [{ name: `${directory}/victim`, ...evil }] },
  {
    what: 'an absolute name with more slashes',
    entries: ({ directory }) => [{ name: `//${directory}//victim`, ...evil }],
  },
  {
    what: 'a link up, and a file through it',
    entries: () => [
      { name: 'up', type: 'symlink', linkname: '..' },
      { name: 'up/victim', ...evil },
    ],
  },
  {
    what: 'an absolute link, and a file through it',
    entries: ({ directory }) => [
      { name: 'away', type: 'symlink', linkname: directory },
      { name: 'away/victim', ...evil },
    ],
  },
  {
    what: 'a link to the victim, and a file of that name',
    entries: () => [
      { name: 'one', type: 'symlink', linkname: '../victim' },
      { name: 'one', ...evil },
    ],
  },
  {
    what: 'two links that lead out together',
    entries: () => [
      { name: 'a', type: 'directory' },
      { name: 'a/b', type: 'symlink', linkname: '..' },
      { name: 'c', type: 'symlink', linkname: 'a/b/..' },
      { name: 'c/victim', ...evil },
    ],
  },
  {
    what: 'a hard link to the victim, and a file of that name',
    entries: () => [
      { name: 'one', type: 'link', linkname: '../victim' },
      { name: 'one', ...evil },
    ],
  },
  {
    what: 'a hard link through a link',
    entries: () => [
      { name: 'up', type: 'symlink', linkname: '..' },
      { name: 'one', type: 'link', linkname: 'up/victim' },
      { name: 'one', ...evil },
    ],
  },
  {
    what: 'a directory through a link',
    entries: () => [
      { name: 'up', type: 'symlink', linkname: '..' },
      { name: 'up/new', type: 'directory' },
    ],
  },
  {
    what: 'a link through a link',
    entries: () => [
      { name: 'up', type: 'symlink', linkname: '..' },
      { name: 'up/new', type: 'symlink', linkname: 'x' },
    ],
  },
  { what: 'a file through a link that the job has made', entries: () => [{ name: 'made-by-job/victim', ...evil }] },
  { what: 'a file in place of a link that the job has made', entries: () => [{ name: 'link-to-victim', ...evil }] },
  { what: 'a device', entries: () => [{ name: 'disk', type: 'block-device', devmajor: 7, devminor: 0 }] },
]

/** Archives that want to get out of the directory into which they are unpacked. */
export function testHostileArchives(under: EngineUnderTest): void {
  test.each(archives)('an archive with $what stays where it is unpacked', async ({ entries }) => {
    await using attempt = await startTestAttempt(under.engine, under.image)
    await prepareVictim(attempt)

    const unpacking = attempt.container.unpackFiles('.', tarOf(entries(attempt)), { signal: never })
    await unpacking.catch(() => undefined) // that is its own affair

    expect(await readFile(join(attempt.directory, 'victim'), 'utf8')).toBe('untouched')
    expect((await readdir(attempt.directory)).sort()).toEqual(['spool', 'victim', 'workspace'])
  })

  test('a link in the way of the directory to unpack into leads nowhere else', async () => {
    await using attempt = await startTestAttempt(under.engine, under.image)
    await prepareVictim(attempt)

    const unpacking = attempt.container.unpackFiles('made-by-job', tarOf([{ name: 'victim', ...evil }]), {
      signal: never,
    })
    await unpacking.catch(() => undefined)

    expect(await readFile(join(attempt.directory, 'victim'), 'utf8')).toBe('untouched')
    expect((await readdir(attempt.directory)).sort()).toEqual(['spool', 'victim', 'workspace'])
  })

  test('a file that is no device comes of an archive with a device', async () => {
    await using attempt = await startTestAttempt(under.engine, under.image)
    await mkdir(join(attempt.spec.workspacePath, 'there'))

    const tar = tarOf([
      { name: 'disk', type: 'character-device', devmajor: 1, devminor: 3 },
      { name: 'file', content: 'x' },
    ])
    await attempt.container.unpackFiles('there', tar, { signal: never }).catch(() => undefined)

    const kinds = await readdir(join(attempt.spec.workspacePath, 'there'), { withFileTypes: true })
    expect(kinds.filter((entry) => !entry.isFile())).toEqual([])
  })
}

async function prepareVictim({ directory, spec }: StartedAttempt): Promise<void> {
  await writeFile(join(directory, 'victim'), 'untouched')
  await symlink(directory, join(spec.workspacePath, 'made-by-job'))
  await symlink(join(directory, 'victim'), join(spec.workspacePath, 'link-to-victim'))
}
