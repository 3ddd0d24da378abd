import { expect, test } from 'vitest'
import { makeRepository } from './make-repository.ts'
import { never as signal, openTestMirrors, repository } from './open-test-mirrors.ts'

test('the tree of a commit lists every file with its mode, whatever its name', async () => {
  await using made = await makeRepository({
    files: { 'a b.txt': 'a', 'dir/ü\n.sh': { script: 'true' }, link: { symlink: 'dir' } },
  })
  await using opened = await openTestMirrors()
  const commit = await opened.mirrors.fetchCommit({ repository, url: made.path }, made.sha, { signal })

  const tree = await commit.listTree({ signal })

  expect(tree.map(({ path, mode }) => [path, mode])).toEqual([
    ['a b.txt', '100644'],
    ['dir/ü\n.sh', '100755'],
    ['link', '120000'],
  ])
  expect(tree[0]?.oid).toBe(await made.git('rev-parse', 'HEAD:a b.txt'))
})

test('the changes of a commit are those since its first parent, or since where its ref stood before', async () => {
  await using made = await makeRepository({ files: { 'a.txt': '1', 'b.txt': '1' } })
  await using opened = await openTestMirrors()
  const second = await made.commit({ 'a.txt': '2' })
  const third = await made.commit({ 'c.txt': '3' })
  const commit = await opened.mirrors.fetchCommit({ repository, url: made.path }, third, { signal })

  expect(await commit.listChanges({ signal })).toEqual(['c.txt'])
  expect(await commit.listChanges({ signal, before: second })).toEqual(['c.txt'])
  expect(await commit.listChanges({ signal, before: made.sha })).toEqual(['a.txt', 'c.txt'])
  expect(await commit.listChanges({ signal, before: '0'.repeat(40) })).toEqual(['c.txt'])
  expect(await commit.listChanges({ signal, before: '1'.repeat(40) })).toEqual(['c.txt'])
})

test('the changes of a pull request are those since it left its base', async () => {
  await using made = await makeRepository({ files: { 'a.txt': '1' } })
  await made.git('checkout', '--quiet', '-b', 'topic')
  await made.commit({ 'b.txt': '1' })
  const head = await made.commit({ 'c.txt': '1' })
  await made.git('checkout', '--quiet', 'main')
  await made.commit({ 'a.txt': '2' })
  await using opened = await openTestMirrors()
  const commit = await opened.mirrors.fetchCommit({ repository, url: made.path }, head, { signal })

  expect(await commit.listChanges({ signal, base: 'refs/heads/main' })).toEqual(['b.txt', 'c.txt'])
  expect(await commit.listChanges({ signal, base: 'refs/heads/gone' })).toEqual(['c.txt'])
})

test('everything has changed in the first commit of a history', async () => {
  await using made = await makeRepository()
  await using opened = await openTestMirrors()
  const commit = await opened.mirrors.fetchCommit({ repository, url: made.path }, made.sha, { signal })

  expect(await commit.listChanges({ signal })).toBe('all')
})
