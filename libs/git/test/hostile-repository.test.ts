import { existsSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { lookAtHeads } from '../index.ts'
import { type Files, makeRepository } from './make-repository.ts'
import { never as signal, openTestMirrors, repository } from './open-test-mirrors.ts'

const limits = { maxBytes: 1000, signal }

async function openCommit(files: Files) {
  const undo = new AsyncDisposableStack()
  const made = undo.use(await makeRepository({ files }))
  const opened = undo.use(await openTestMirrors())
  const commit = await opened.mirrors.fetchCommit({ repository, url: made.path }, made.sha, { signal })
  return { made, opened, commit, [Symbol.asyncDispose]: () => undo.disposeAsync() }
}

test.each([
  ['a symbolic link', 'narwhal.yml', { symlink: '/etc/passwd' }, 'narwhal.yml'],
  ['a link out of the tree', 'narwhal.yml', { symlink: '../../secret' }, 'narwhal.yml'],
  ['a directory', 'narwhal.yml/a', 'a', 'narwhal.yml'],
  ['behind a linked directory', 'linked', { symlink: '/etc' }, 'linked/passwd'],
  ['behind a file', 'file', 'a', 'file/passwd'],
])('a file that is %s is refused', async (_what, name, content, path) => {
  await using given = await openCommit({ [name]: content })

  const read = given.commit.readFile(path, limits)

  await expect(read).rejects.toMatchObject({ code: 'GIT_FILE_NOT_REGULAR', message: expect.stringContaining(path) })
})

test('a file above the limit is refused, and the files that were asked for meanwhile are read', async () => {
  await using given = await openCommit({ 'huge.txt': 'x'.repeat(3_000_000), 'a.txt': 'a', 'b.txt': 'b' })

  const [huge, a, b] = await Promise.allSettled(
    ['huge.txt', 'a.txt', 'b.txt'].map((path) => given.commit.readFile(path, limits)),
  )

  expect(huge).toMatchObject({ reason: { code: 'GIT_FILE_TOO_LARGE' } })
  expect(a).toEqual({ status: 'fulfilled', value: Buffer.from('a') })
  expect(b).toEqual({ status: 'fulfilled', value: Buffer.from('b') })
})

test('a file of several megabytes within the limit is read whole; a missing one is undefined', async () => {
  const huge = 'x'.repeat(3_000_000)
  await using given = await openCommit({ 'deep/er/huge.txt': huge })

  const read = await given.commit.readFile('deep/er/huge.txt', { maxBytes: 3_000_000, signal })

  expect(String(read)).toBe(huge)
  expect(await given.commit.readFile('narwhal.yml', limits)).toBeUndefined()
  expect(await given.commit.readFile('none/such', limits)).toBeUndefined()
  expect(await given.commit.readFile('', limits)).toBeUndefined()
})

test('refs with the names of options and commands are only names', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const marker = join(dirname(opened.root), 'marker')
  for (const ref of [
    'refs/heads/--upload-pack=x',
    'refs/heads/-x',
    'refs/heads/$(id)',
    `refs/tags/\`touch${marker}\``,
  ]) {
    await made.git('update-ref', ref, made.sha)
  }

  const commit = await opened.mirrors.fetchCommit({ repository, url: made.path }, made.sha, { signal })
  const heads = await lookAtHeads({ url: made.path }, { signal })

  expect(commit.sha).toBe(made.sha)
  expect(heads).toEqual({
    head: { ref: 'refs/heads/main', sha: made.sha },
    refs: [{ ref: 'refs/heads/main', sha: made.sha }],
  })
  expect(existsSync(marker)).toBe(false)
})

test('neither filters, nor hooks, nor submodules of the repository run or are fetched', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const marker = join(dirname(opened.root), 'marker')
  const script = `#!/bin/sh\ntouch ${marker}\n`
  await made.git('config', 'filter.evil.smudge', `touch ${marker}`)
  await writeFile(join(made.path, '.git', 'hooks', 'post-checkout'), script, { mode: 0o755 })
  await made.git('update-index', '--add', '--cacheinfo', `160000,${made.sha},sub`)
  const sha = await made.commit({
    '.gitattributes': '*.txt filter=evil\n*.bin filter=lfs\n',
    '.gitmodules': `[submodule "sub"]\n\tpath = sub\n\turl = ext::sh -c touch% ${marker}\n`,
    'a.txt': 'a',
    'a.bin': 'version https://git-lfs.github.com/spec/v1\n',
    'hooks/post-checkout': { script },
  })
  await made.git('update-index', '--add', '--cacheinfo', `160000,${made.sha},sub`)
  const withSub = await made.git('commit-tree', await made.git('write-tree'), '-p', sha, '-m', 'Add a submodule')
  await made.git('update-ref', 'refs/heads/main', withSub)

  const commit = await opened.mirrors.fetchCommit({ repository, url: made.path }, withSub, { signal })
  await commit.checkout(opened.workspace, { signal })

  expect(existsSync(marker)).toBe(false)
  expect(await readdir(join(opened.workspace, 'sub'))).toEqual([])
  expect(await readFile(join(opened.workspace, 'a.txt'), 'utf8')).toBe('a')
  expect(await readFile(join(opened.workspace, 'a.bin'), 'utf8')).toContain('git-lfs')
})

test('a path with a carriage return and a link are checked out as they are', async () => {
  await using given = await openCommit({ 'cr\r': 'a', 'line\nfeed': 'b', link: { symlink: '/etc/passwd' } })

  await given.commit.checkout(given.opened.workspace, { signal })

  expect((await readdir(given.opened.workspace)).toSorted()).toEqual(['.git', 'cr\r', 'line\nfeed', 'link'])
  expect((await lstat(join(given.opened.workspace, 'link'))).isSymbolicLink()).toBe(true)
  expect(await readlink(join(given.opened.workspace, 'link'))).toBe('/etc/passwd')
})

test('a tree that names `.git` is not fetched', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const blob = await made.git('rev-parse', 'HEAD:README.md')
  const entry = Buffer.concat([Buffer.from('100644 .GIT\0'), Buffer.from(blob, 'hex')])
  await writeFile(join(made.path, 'tree'), entry)
  const tree = await made.git('hash-object', '-t', 'tree', '-w', '--literally', 'tree')
  const sha = await made.git('commit-tree', tree, '-m', 'Evil')
  await made.git('update-ref', 'refs/heads/main', sha)

  const fetched = opened.mirrors.fetchCommit({ repository, url: made.path }, sha, { signal })

  await expect(fetched).rejects.toMatchObject({ code: 'FETCH_FAILED', message: expect.stringContaining('hasDotgit') })
})

test('a repository name that leaves the directory of the mirrors is refused', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()

  for (const name of ['..', '../..', '-x', 'a/b']) {
    const source = { repository: { ...repository, name }, url: made.path }
    await expect(opened.mirrors.fetchCommit(source, made.sha, { signal })).rejects.toMatchObject({
      code: 'CLONE_URL_INVALID',
    })
  }
})

test('a workspace is a repository of its own with the commit, and no trace of this machine', async () => {
  await using given = await openCommit({ 'README.md': 'hello\n', 'run.sh': { script: '#!/bin/sh\n' } })
  const { workspace, root } = given.opened
  await mkdir(workspace)

  await given.commit.checkout(workspace, { signal })

  const inside = await readdir(workspace, { recursive: true, withFileTypes: true })
  const files = inside.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
  const words = (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
  expect(words).not.toContain(root)
  expect(words).not.toContain(given.made.path)
  expect(words).not.toContain(`@${hostname()}`)
  expect(
    files
      .map((file) => file.slice(workspace.length + 1))
      .filter((file) => !/objects/.test(file))
      .toSorted(),
  ).toEqual(['.git/HEAD', '.git/config', '.git/index', '.git/shallow', 'README.md', 'run.sh'])
  expect((await lstat(join(workspace, 'run.sh'))).mode & 0o111).not.toBe(0)
  const git = (...argv: string[]) => given.made.git('-C', workspace, ...argv)
  expect(await git('status', '--porcelain')).toBe('')
  expect(await git('rev-parse', 'HEAD')).toBe(given.made.sha)
  expect(await git('fsck', '--full')).toBe('')
})

test('a directory that holds something is no place for a workspace', async () => {
  await using given = await openCommit({ 'a.txt': 'a' })
  await mkdir(given.opened.workspace)
  await writeFile(join(given.opened.workspace, 'left'), 'over')

  const checkedOut = given.commit.checkout(given.opened.workspace, { signal })

  await expect(checkedOut).rejects.toMatchObject({ code: 'WORKSPACE_NOT_EMPTY' })
})
