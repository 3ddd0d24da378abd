import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { snapshotWorkingTree } from '../exec/snapshot-working-tree.ts'
import { temporaryFolder } from './temporary-folder.ts'

const { signal } = new AbortController()
const env = { PATH: process.env['PATH'], HOME: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }

test('a snapshot holds what the working tree holds, as a commit on the branch that is checked out', async () => {
  const { root, into } = await makeWorkingTree()
  await writeFile(join(root, 'committed.txt'), 'changed since')
  await writeFile(join(root, 'new.txt'), 'not added yet')
  await writeFile(join(root, 'ignored.log'), 'ignored')
  await mkdir(join(root, 'deep'))
  git(root, 'config', 'user.name', 'Grace')

  const snapshot = await snapshotWorkingTree(join(root, 'deep'), { into, env, signal })

  expect(snapshot).toMatchObject({ root, path: into, ref: 'refs/heads/topic', isChanged: true, message: 'Mine' })
  expect(snapshot.repository).toEqual({ host: 'github.com', owner: 'ada', name: 'engine' })
  expect(git(into, 'ls-tree', '-r', '--name-only', 'HEAD').split('\n')).toEqual([
    '.gitignore',
    'committed.txt',
    'new.txt',
  ])
  expect(git(into, 'show', 'HEAD:committed.txt')).toBe('changed since')
  expect(git(into, 'log', '-1', '--format=%an')).toBe('Grace')
  expect(git(into, 'rev-parse', 'HEAD^')).toBe(git(root, 'rev-parse', 'HEAD'))
  expect(git(into, 'rev-parse', 'refs/heads/topic')).toBe(snapshot.sha)
})

test('nothing of the repository changes by it', async () => {
  const { root, into } = await makeWorkingTree()
  await writeFile(join(root, 'new.txt'), 'not added yet')
  const look = () => [git(root, 'status', '--porcelain'), git(root, 'for-each-ref'), git(root, 'count-objects', '-v')]
  const before = look()

  await snapshotWorkingTree(root, { into, env, signal })

  expect(look()).toEqual(before)
})

test('a working tree that is not changed is its own newest commit, and one without a commit has a snapshot too', async () => {
  const { root, into } = await makeWorkingTree()
  const empty = await temporaryFolder()
  git(empty, 'init', '--quiet')

  const unchanged = await snapshotWorkingTree(root, { into, env, signal })
  const first = await snapshotWorkingTree(empty, { into: join(await temporaryFolder(), 'tree'), env, signal })

  expect(unchanged).toMatchObject({ isChanged: false, sha: git(root, 'rev-parse', 'HEAD') })
  expect(git(into, 'rev-parse', 'HEAD')).toBe(unchanged.sha)
  expect(first).toMatchObject({ isChanged: true, ref: expect.stringMatching(/^refs\/heads\//) })
  expect(first.message).toBeUndefined()
})

test('the snapshot of a shallow clone can be fetched', async () => {
  const { root } = await makeWorkingTree()
  git(
    root,
    '-c',
    'user.name=Ada',
    '-c',
    'user.email=ada@example.org',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'Next',
  )
  const shallow = await temporaryFolder()
  git(shallow, 'clone', '--quiet', '--depth=1', `file://${root}`, '.')
  const into = join(await temporaryFolder(), 'tree')

  const snapshot = await snapshotWorkingTree(shallow, { into, env, signal })

  expect(snapshot).toMatchObject({ isChanged: false, message: 'Next' })
  const elsewhere = await temporaryFolder()
  git(elsewhere, 'clone', '--quiet', '--bare', `file://${into}`, '.')
  expect(git(elsewhere, 'rev-parse', 'HEAD')).toBe(snapshot.sha)
})

test('a directory without git is refused with what to do', async () => {
  const root = await temporaryFolder()

  const snapshot = snapshotWorkingTree(root, { into: join(root, 'tree'), env, signal })

  await expect(snapshot).rejects.toMatchObject({ code: 'SNAPSHOT_FAILED' })
})

async function makeWorkingTree() {
  const root = await temporaryFolder()
  git(root, 'init', '--quiet')
  git(root, 'symbolic-ref', 'HEAD', 'refs/heads/topic')
  git(root, 'remote', 'add', 'origin', 'https://github.com/ada/engine.git')
  await writeFile(join(root, 'committed.txt'), 'committed')
  await writeFile(join(root, '.gitignore'), '*.log\n')
  git(root, 'add', '--all')
  git(root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '--quiet', '-m', 'Mine')
  return { root, into: join(await temporaryFolder(), 'tree') }
}

function git(cwd: string, ...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync('git', args, { cwd, env, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout.trim()
}
