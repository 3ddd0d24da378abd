import { chmod, link, lstat, mkdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { never, present, type StartedAttempt, startTestAttempt } from './engine-fixture.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import { type Packed, readTar, tarOf } from './tar-in-tests.ts'

/** Files that go in and out of a container as tars. */
export function testFiles(under: EngineUnderTest): void {
  testPackedTrees(under)
  testPackedPaths(under)
  testUnpacking(under)
  testUnpackedChanges(under)
}

function testPackedTrees(under: EngineUnderTest): void {
  const start = () => startTestAttempt(under.engine, under.image)

  test('a directory is packed with its files, modes, links and empty directories', async () => {
    await using attempt = await start()
    await makeTree(join(attempt.spec.workspacePath, 'out/dist'))

    const packed = await packedAt(attempt, 'out/dist')

    expect(packed).toEqual(tree('dist'))
  })

  test('a single file is packed under its own name', async () => {
    await using attempt = await start()
    await attempt.run('mkdir -p a; echo content > a/file')

    expect(await packedAt(attempt, 'a/file')).toEqual({ file: { type: 'file', mode: 0o644, content: 'content\n' } })
  })

  test('a link is packed as a link, also when it is what was asked for', async () => {
    await using attempt = await start()
    await symlink('/etc/passwd', join(attempt.spec.workspacePath, 'link'))

    expect(await packedAt(attempt, 'link')).toEqual({ link: { type: 'symlink', target: '/etc/passwd' } })
  })

  test('a file with two names is packed once, and both are one file again', async () => {
    await using attempt = await start()
    const { workspacePath } = attempt.spec
    await mkdir(join(workspacePath, 'd'))
    await writeFile(join(workspacePath, 'd/a'), 'same')
    await link(join(workspacePath, 'd/a'), join(workspacePath, 'd/b'))

    const packed = await packedAt(attempt, 'd')
    const tar = present(await attempt.container.packFiles('d', { signal: never }))
    await attempt.container.unpackFiles('copy', await collected(tar), { signal: never })

    const kinds = new Set([packed['d/a']?.type, packed['d/b']?.type])
    expect(kinds).toEqual(new Set(['file', 'link']))
    const [a, b] = await Promise.all(['a', 'b'].map((name) => stat(join(workspacePath, 'copy/d', name))))
    expect(a?.ino).toBe(b?.ino)
  })

  test('what is packed need not be read to its end', async () => {
    await using attempt = await start()
    await writeFile(join(attempt.spec.workspacePath, 'large'), Buffer.alloc(5_000_003, 'narwhal '))

    const tar = present(await attempt.container.packFiles('large', { signal: never }))
    for await (const bytes of tar) {
      expect(bytes.length).toBeGreaterThan(0)
      break
    }

    expect(await attempt.run('true')).toMatchObject({ exitCode: 0 })
  })
}

function testPackedPaths(under: EngineUnderTest): void {
  const start = () => startTestAttempt(under.engine, under.image)

  test.each(['nothing', 'no/such/thing', '~/nothing', 'file/below'])('at %s there is nothing to pack', async (path) => {
    await using attempt = await start()
    await writeFile(join(attempt.spec.workspacePath, 'file'), '')

    expect(await attempt.container.packFiles(path, { signal: never })).toBeUndefined()
  })

  test('the whole workspace can be packed', async () => {
    await using attempt = await start()
    await attempt.run('echo one > one')
    const { workspacePath } = under.engine.insidePaths(attempt.spec)

    expect(Object.values(await packedAt(attempt, workspacePath)).filter(({ type }) => type === 'file')).toEqual([
      { type: 'file', mode: 0o644, content: 'one\n' },
    ])
  })

  test('what is large arrives whole', async () => {
    await using attempt = await start()
    const bytes = Buffer.alloc(5_000_003, 'narwhal ')
    await writeFile(join(attempt.spec.workspacePath, 'large'), bytes)

    const tar = present(await attempt.container.packFiles('large', { signal: never }))
    await attempt.container.unpackFiles('copy', await collected(tar), { signal: never })

    expect((await readFile(join(attempt.spec.workspacePath, 'copy/large'))).equals(bytes)).toBe(true)
  })

  test('a container that is gone packs and unpacks nothing', async () => {
    await using attempt = await start()
    await attempt.run('echo content > file')
    await attempt.container[Symbol.asyncDispose]()

    const packing = attempt.container.packFiles('file', { signal: never })
    await expect(packing).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
    const unpacking = attempt.container.unpackFiles('there', tarOf([]), { signal: never })
    await expect(unpacking).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
  })
}

function testUnpacking(under: EngineUnderTest): void {
  const start = () => startTestAttempt(under.engine, under.image)

  test('what was packed is unpacked as it was, into a directory that is made', async () => {
    await using attempt = await start()
    const { workspacePath } = attempt.spec
    await makeTree(join(workspacePath, 'dist'))

    const tar = present(await attempt.container.packFiles('dist', { signal: never }))
    await attempt.container.unpackFiles('new place/ü', await collected(tar), { signal: never })

    expect(await packedAt(attempt, 'new place/ü/dist')).toEqual(tree('dist'))
    const root = join(workspacePath, 'new place/ü/dist')
    expect(await readlink(join(root, 'link'))).toBe('a file')
    expect((await stat(join(root, 'run.sh'))).mode & 0o777).toBe(0o755)
    expect((await lstat(join(root, 'empty'))).isDirectory()).toBe(true)
  })

  test('what is unpacked replaces what is there, and leaves the rest', async () => {
    await using attempt = await start()
    await attempt.run('mkdir -p there; echo old > there/one; echo kept > there/two')

    await attempt.container.unpackFiles('there', tarOf([{ name: 'one', content: 'new\n' }]), { signal: never })

    await attempt.run('cat there/one there/two', { index: 1 })
    expect(await attempt.log(1)).toBe('new\nkept\n')
  })
}

function testUnpackedChanges(under: EngineUnderTest): void {
  const start = () => startTestAttempt(under.engine, under.image)

  test('steps may change what was unpacked', async () => {
    await using attempt = await start()
    const tar = tarOf([{ name: 'deep/er/file', content: 'one\n', mode: 0o600 }])

    await attempt.container.unpackFiles('.', tar, { signal: never })
    const end = await attempt.run('echo two >> deep/er/file; echo new > deep/new; cat deep/er/file')

    expect(end).toMatchObject({ exitCode: 0 })
    expect(await attempt.log()).toBe('one\ntwo\n')
  })

  test('the home directory is where the shell has it', async () => {
    await using attempt = await start()
    const tar = tarOf([{ name: 'nest/egg', content: 'laid\n' }])

    await attempt.container.unpackFiles('~/.cache', tar, { signal: never })
    await attempt.run('cat ~/.cache/nest/egg')

    expect(await attempt.log()).toBe('laid\n')
    expect(await packedAt(attempt, '~/.cache/nest')).toMatchObject({ 'nest/egg': { content: 'laid\n' } })
  })

  test('an abort ends unpacking, and what the tar throws is thrown', async () => {
    await using attempt = await start()
    const aborted = AbortSignal.abort('too late')
    const broken = async function* () {
      yield Buffer.concat(await Array.fromAsync(tarOf([{ name: 'one', content: 'one' }]))).subarray(0, 512)
      throw new RangeError('the tar broke')
    }

    const late = attempt.container.unpackFiles('there', tarOf([]), { signal: aborted })
    await expect(late).rejects.toBe('too late')
    await expect(attempt.container.unpackFiles('there', broken(), { signal: never })).rejects.toThrow('the tar broke')
  })
}

/** Until a tar is read to its end nothing else may be asked of its container. */
async function collected(tar: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  return Readable.from([await buffer(tar)])
}

/** What a tree that tests every kind of name and entry looks like when it is packed. */
function tree(root: string): Readonly<Record<string, Packed>> {
  return {
    [root]: { type: 'directory', mode: 0o755 },
    [`${root}/empty`]: { type: 'directory', mode: 0o755 },
    [`${root}/a file`]: { type: 'file', mode: 0o644, content: 'with blanks' },
    [`${root}/ünïcode ☃`]: { type: 'directory', mode: 0o755 },
    [`${root}/ünïcode ☃/.hidden`]: { type: 'file', mode: 0o600, content: '' },
    [`${root}/run.sh`]: { type: 'file', mode: 0o755, content: 'echo run' },
    [`${root}/link`]: { type: 'symlink', target: 'a file' },
    [`${root}/${longName}`]: { type: 'file', mode: 0o644, content: 'long' },
  }
}

const longName = `${'deep/'.repeat(30)}${'n'.repeat(120)}`

/** Makes that tree on the disk, but for the directories of the long name, which `packedAt` leaves out. */
async function makeTree(directory: string): Promise<void> {
  const root = tree('.')
  await mkdir(join(directory, 'deep/'.repeat(30)), { recursive: true })
  for (const [name, entry] of Object.entries(root)) {
    const path = join(directory, name)
    if (entry.type === 'directory') await mkdir(path, { recursive: true, mode: entry.mode })
    if (entry.type === 'symlink') await symlink(entry.target, path)
    if (entry.type !== 'file') continue
    await writeFile(path, entry.content)
    await chmod(path, entry.mode)
  }
}

async function packedAt({ container }: StartedAttempt, path: string): Promise<Readonly<Record<string, Packed>>> {
  const tar = present(await container.packFiles(path, { signal: never }))
  const entries = Object.entries(await readTar(tar))
  return Object.fromEntries(entries.filter(([name]) => !/\/deep(?:\/deep)*$/.test(name)))
}
