import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { checkOutCommit, type CloneOptions } from '../index.ts'
import { makeRepository } from './make-repository.ts'
import { never as signal, openTestMirrors, repository } from './open-test-mirrors.ts'
import { serveLfs } from './serve-lfs.ts'

const plain: CloneOptions = { depth: 1, tags: false, submodules: false, lfs: false }

async function git(directory: string, ...argv: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', directory, '-c', 'safe.directory=*', ...argv])
  return stdout.trim()
}

test('a workspace has as much history and as many tags as are asked for', async () => {
  await using made = await makeRepository({ commits: [{ 'a.txt': '1' }, { 'a.txt': '2' }, { 'a.txt': '3' }] })
  await made.git('tag', 'v1', 'HEAD~2')
  const sha = await made.git('rev-parse', 'HEAD')
  await using opened = await openTestMirrors()
  const source = { repository, url: made.path }
  const commit = await opened.mirrors.fetchCommit(source, sha, { signal })
  const checkOut = async (name: string, clone: Partial<CloneOptions>) => {
    const directory = join(opened.root, name)
    const options = { source, sourceOf: () => source, mirrors: opened.mirrors, directory, signal }
    await checkOutCommit(commit, { ...options, clone: { ...plain, ...clone } })
    return [await git(directory, 'rev-list', '--count', 'HEAD'), await git(directory, 'tag')]
  }

  expect(await checkOut('one', {})).toEqual(['1', ''])
  expect(await checkOut('two', { depth: 2 })).toEqual(['2', ''])
  expect(await checkOut('all', { depth: 0 })).toEqual(['4', ''])
  expect(await checkOut('tags', { depth: 0, tags: true })).toEqual(['4', 'v1'])
})

test('submodules beside the repository are checked out where they belong, also within one another', async () => {
  await using inner = await makeRepository({ files: { 'inner.txt': 'inner' } })
  await using gears = await makeRepository({ files: { '.gitmodules': moduleOf('deep', '../inner.git') } })
  await gears.git('update-index', '--add', '--cacheinfo', `160000,${inner.sha},deep`)
  await gears.git('commit', '--quiet', '-m', 'Add the inner one')
  await using made = await makeRepository({ files: { '.gitmodules': moduleOf('parts/gears', '../gears') } })
  await made.git('update-index', '--add', '--cacheinfo', `160000,${await gears.git('rev-parse', 'HEAD')},parts/gears`)
  await made.git('commit', '--quiet', '-m', 'Add the gears')
  await using opened = await openTestMirrors()
  const urls = new Map([
    [repository.name, made.path],
    ['gears', gears.path],
    ['inner', inner.path],
  ])
  const sourceOf = ({ name }: { name: string }) => ({ url: urls.get(name) ?? '/nowhere' })
  const source = { repository, ...sourceOf(repository) }
  const commit = await opened.mirrors.fetchCommit(source, await made.git('rev-parse', 'HEAD'), { signal })
  const directory = join(opened.root, 'workspace')

  await checkOutCommit(commit, {
    ...{ source, sourceOf, mirrors: opened.mirrors, directory, signal },
    clone: { ...plain, submodules: true },
  })

  expect(await readFile(join(directory, 'parts/gears/deep/inner.txt'), 'utf8')).toBe('inner')
})

test('a submodule of another host is refused, and without being asked for nothing of it is looked at', async () => {
  await using made = await makeRepository({ files: { '.gitmodules': moduleOf('gears', 'https://evil.example/a/b') } })
  await made.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},gears`)
  await made.git('commit', '--quiet', '-m', 'Add the gears')
  await using opened = await openTestMirrors()
  const source = { repository, url: made.path }
  const commit = await opened.mirrors.fetchCommit(source, await made.git('rev-parse', 'HEAD'), { signal })
  const options = { source, sourceOf: () => source, mirrors: opened.mirrors, signal }

  await checkOutCommit(commit, { ...options, directory: join(opened.root, 'plain'), clone: plain })
  const refused = checkOutCommit(commit, {
    ...options,
    directory: join(opened.root, 'refused'),
    clone: { ...plain, submodules: true },
  })

  expect(await readdir(join(opened.root, 'plain', 'gears'))).toEqual([])
  await expect(refused).rejects.toMatchObject({ code: 'SUBMODULE_FOREIGN' })
})

test('large files come in the place of their pointers, if they are what the pointers say', async () => {
  const content = 'a large file\n'.repeat(1000)
  const pointer = pointerOf(content)
  await using made = await makeRepository({ files: { 'big.bin': pointer, 'small.txt': 'small' } })
  await using served = await serveLfs(made.path, { [sha256(content)]: content })
  await using opened = await openTestMirrors()
  const source = { repository, url: served.url }
  const commit = await opened.mirrors.fetchCommit(source, made.sha, { signal })
  const options = { source, sourceOf: () => source, mirrors: opened.mirrors, clone: { ...plain, lfs: true }, signal }

  await checkOutCommit(commit, { ...options, directory: join(opened.root, 'whole') })
  served.answerWith(`${content.slice(0, -1)}!`)
  const forged = checkOutCommit(commit, { ...options, directory: join(opened.root, 'forged') })

  expect(await readFile(join(opened.root, 'whole', 'big.bin'), 'utf8')).toBe(content)
  expect(await readFile(join(opened.root, 'whole', 'small.txt'), 'utf8')).toBe('small')
  await expect(forged).rejects.toMatchObject({ code: 'LFS_FAILED' })
})

function moduleOf(path: string, url: string): string {
  return `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function pointerOf(text: string): string {
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(text)}\nsize ${Buffer.byteLength(text)}\n`
}
