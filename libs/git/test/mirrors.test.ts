import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { removeObject } from './damage-mirror.ts'
import { makeRepository } from './make-repository.ts'
import { never as signal, openTestMirrors, repository } from './open-test-mirrors.ts'
import { serveGit } from './serve-git.ts'

const limits = { maxBytes: 1000, signal }

test('fifty callers of one commit share one fetch, and the next caller needs none', async () => {
  await using made = await makeRepository()
  await using served = await serveGit(made.path)
  await using opened = await openTestMirrors()
  const source = { repository, url: served.url }

  const fetches = Array.from({ length: 50 }, () => opened.mirrors.fetchCommit(source, made.sha, { signal }))
  const commits = await Promise.all(fetches)
  await opened.mirrors.fetchCommit(source, made.sha, { signal })

  expect(served.looks()).toBe(1)
  expect(new Set(commits.map(({ sha }) => sha))).toEqual(new Set([made.sha]))
})

test('a commit that was pushed after the first fetch is found by the git that reads already', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const source = { repository, url: made.path }
  const first = await opened.mirrors.fetchCommit(source, made.sha, { signal })
  await first.readFile('README.md', limits)

  const sha = await made.commit({ 'README.md': 'changed\n' }, 'Change it\n\nBecause.')
  const second = await opened.mirrors.fetchCommit(source, sha, { signal })

  expect(String(await second.readFile('README.md', limits))).toBe('changed\n')
  expect(String(await first.readFile('README.md', limits))).toBe('hello\n')
  expect(await second.commitInfo()).toEqual({ message: 'Change it\n\nBecause.', author: 'Ada Lovelace' })
})

test('a commit that no branch leads to is fetched by its name', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const sha = await made.commit({ 'a.txt': 'a' })
  await made.git('update-ref', 'refs/pull/1/head', sha)
  await made.git('reset', '--quiet', '--hard', made.sha)

  const commit = await opened.mirrors.fetchCommit({ repository, url: made.path }, sha, { signal })

  expect(String(await commit.readFile('a.txt', limits))).toBe('a')
})

test('a commit that the repository lacks is COMMIT_NOT_FOUND, and so is a sha that is no commit', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const source = { repository, url: made.path }
  const blob = await made.git('rev-parse', 'HEAD:README.md')

  for (const sha of ['1'.repeat(40), blob, 'main', '--upload-pack=x']) {
    await expect(opened.mirrors.fetchCommit(source, sha, { signal })).rejects.toMatchObject({
      code: 'COMMIT_NOT_FOUND',
    })
  }
  expect(opened.waitsMs).toEqual([])
})

test('the message of a commit that is not there reads on where a log adds the cause', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const sha = '1'.repeat(40)

  const fetched = opened.mirrors.fetchCommit({ repository, url: made.path }, sha, { signal })

  await expect(fetched).rejects.toThrow(new RegExp(`has no commit ${sha}$`))
})

test('the sha of an annotated tag gives the commit that it names', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  await made.git('tag', '-a', 'v1', '-m', 'One')
  const tag = await made.git('rev-parse', 'v1')

  const commit = await opened.mirrors.fetchCommit({ repository, url: made.path }, tag, { signal })

  expect(commit.sha).toBe(made.sha)
})

test('a repository of SHA-256 names is mirrored, read and checked out', async () => {
  await using made = await makeRepository({ objectFormat: 'sha256' })
  await using opened = await openTestMirrors()

  const commit = await opened.mirrors.fetchCommit({ repository, url: made.path }, made.sha, { signal })
  await commit.checkout(opened.workspace, { signal })

  expect(String(await commit.readFile('README.md', limits))).toBe('hello\n')
  expect(await readFile(join(opened.workspace, 'README.md'), 'utf8')).toBe('hello\n')
})

test('a repository that cannot be reached is tried five times, then FETCH_FAILED says what git said', async () => {
  await using opened = await openTestMirrors()
  const source = { repository, url: join(opened.root, 'nothing-here') }

  const fetched = opened.mirrors.fetchCommit(source, '1'.repeat(40), { signal })

  await expect(fetched).rejects.toMatchObject({
    code: 'FETCH_FAILED',
    message: expect.stringMatching(/example\.org\/owner\/name .*nothing-here.*does not appear to be a git repository/s),
  })
  expect(opened.waitsMs).toEqual([200, 500, 1000, 2000])
})

test('a commit stays after a force push and the removal of its branch', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const source = { repository, url: made.path }
  const old = await made.commit({ 'a.txt': 'old' })
  const commit = await opened.mirrors.fetchCommit(source, old, { signal })

  await made.git('checkout', '--quiet', '-b', 'other', made.sha)
  await made.git('branch', '-D', 'main')
  const next = await made.commit({ 'a.txt': 'new' })
  await opened.mirrors.fetchCommit(source, next, { signal })

  expect(String(await commit.readFile('a.txt', limits))).toBe('old')
  await commit.checkout(opened.workspace, { signal })
  expect(await readFile(join(opened.workspace, 'a.txt'), 'utf8')).toBe('old')
})

test('a branch may be replaced by one that has its name as a directory', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const source = { repository, url: made.path }
  await made.git('branch', 'topic')
  await opened.mirrors.fetchCommit(source, made.sha, { signal })

  await made.git('branch', '-D', 'topic')
  await made.git('checkout', '--quiet', '-b', 'topic/one')
  const sha = await made.commit({ 'a.txt': 'a' })
  const commit = await opened.mirrors.fetchCommit(source, sha, { signal })

  expect(commit.sha).toBe(sha)
  expect(opened.waitsMs).toEqual([])
})

test('a half-made mirror is made anew, and stale locks are removed', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const source = { repository, url: made.path }
  await opened.mirrors.fetchCommit(source, made.sha, { signal })

  await rm(join(opened.mirrorPath, 'HEAD'))
  await opened.reopen()
  await opened.mirrors.fetchCommit(source, made.sha, { signal })
  await writeFile(join(opened.mirrorPath, 'refs', 'narwhal', 'heads', 'main.lock'), '')
  await writeFile(join(opened.mirrorPath, 'packed-refs.lock'), '')
  await opened.reopen()
  const sha = await made.commit({ 'a.txt': 'a' })
  const commit = await opened.mirrors.fetchCommit(source, sha, { signal })

  expect(commit.sha).toBe(sha)
  expect(opened.waitsMs).toEqual([])
  expect(await readdir(opened.root)).toEqual(['example.org'])
})

test('a mirror that cannot be fetched into although the repository answers is made anew', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const source = { repository, url: made.path }
  await opened.mirrors.fetchCommit(source, made.sha, { signal })
  await rm(join(opened.mirrorPath, 'refs', 'narwhal'), { recursive: true })
  await writeFile(join(opened.mirrorPath, 'refs', 'narwhal'), 'no directory')

  const sha = await made.commit({ 'a.txt': 'a' })
  const commit = await opened.mirrors.fetchCommit(source, sha, { signal })

  expect(commit.sha).toBe(sha)
  expect(opened.waitsMs).toEqual([200, 500])
})

test('a mirror that git cannot read answers MIRROR_BROKEN once, and is then made anew', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const source = { repository, url: made.path }
  await opened.mirrors.fetchCommit(source, made.sha, { signal })
  await writeFile(join(opened.mirrorPath, 'config'), '[core')
  await opened.reopen()

  const first = opened.mirrors.fetchCommit(source, made.sha, { signal })
  await expect(first).rejects.toMatchObject({ code: 'MIRROR_BROKEN' })
  const second = await opened.mirrors.fetchCommit(source, made.sha, { signal })

  expect(String(await second.readFile('README.md', limits))).toBe('hello\n')
})

test.each(['HEAD:README.md', 'HEAD^{tree}'])('a mirror that lost %s is found out and made anew', async (name) => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const source = { repository, url: made.path }
  await opened.mirrors.fetchCommit(source, made.sha, { signal })
  await removeObject(opened.mirrorPath, await made.git('rev-parse', name))
  await opened.reopen()
  const commit = await opened.mirrors.fetchCommit(source, made.sha, { signal })

  await expect(commit.readFile('README.md', limits)).rejects.toMatchObject({ code: 'MIRROR_BROKEN' })
  await expect(commit.checkout(opened.workspace, { signal })).rejects.toMatchObject({ code: 'MIRROR_BROKEN' })
  const again = await opened.mirrors.fetchCommit(source, made.sha, { signal })
  await again.checkout(`${opened.workspace}-2`, { signal })

  expect(await readFile(join(`${opened.workspace}-2`, 'README.md'), 'utf8')).toBe('hello\n')
})

test('ten repositories are read at once although fewer keep a git open', async () => {
  await using opened = await openTestMirrors()
  await using made = await makeRepository()

  for (let round = 0; round < 2; round += 1) {
    const reads = Array.from({ length: 12 }, async (_, index) => {
      const source = { repository: { ...repository, name: `name-${index}` }, url: made.path }
      const commit = await opened.mirrors.fetchCommit(source, made.sha, { signal })
      return String(await commit.readFile('README.md', limits))
    })
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['hello\n']))
  }
})

test('closed mirrors reject what is under way', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const fetched = opened.mirrors.fetchCommit({ repository, url: made.path }, made.sha, { signal })
  const [ending] = await Promise.allSettled([fetched, opened.mirrors[Symbol.asyncDispose]()])

  expect(ending).toMatchObject({ reason: { name: 'AbortError' } })
})
