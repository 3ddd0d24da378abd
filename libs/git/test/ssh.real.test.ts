import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findSshLogin } from '../index.ts'
import { makeRepository } from './make-repository.ts'
import { never as signal, openTestMirrors, repository } from './open-test-mirrors.ts'
import { serveSsh } from './serve-ssh.ts'

test('a repository is fetched by ssh with its deploy key, and no host is trusted that is not known', async () => {
  await using made = await makeRepository()
  await using served = await serveSsh()
  await using opened = await openTestMirrors()
  const url = served.urlOf(made.path)
  const source = { repository, url, ...sshOf(served.keys) }

  const commit = await opened.mirrors.fetchCommit(source, made.sha, { signal })
  await writeFile(join(served.keys, 'known_hosts'), '')
  const sha = await made.commit({ 'a.txt': 'a' })
  const unknown = opened.mirrors.fetchCommit(source, sha, { signal })

  expect(String(await commit.readFile('README.md', { maxBytes: 100, signal }))).toBe('hello\n')
  await expect(unknown).rejects.toMatchObject({ code: 'FETCH_FAILED' })
})

test('the key of a repository goes before that of its host, and without either there is none', async () => {
  await using served = await serveSsh()
  await writeFile(join(served.keys, 'example.org_owner_name'), 'key')

  const own = findSshLogin(served.keys, repository)
  const ofHost = findSshLogin(served.keys, { ...repository, name: 'other' })
  await rm(join(served.keys, 'example.org'))
  const none = findSshLogin(served.keys, { ...repository, name: 'other' })

  expect(own?.keyPath).toBe(join(served.keys, 'example.org_owner_name'))
  expect(ofHost?.keyPath).toBe(join(served.keys, 'example.org'))
  expect(none).toBeUndefined()
})

function sshOf(keys: string) {
  const ssh = findSshLogin(keys, repository)
  return ssh === undefined ? {} : { ssh }
}
