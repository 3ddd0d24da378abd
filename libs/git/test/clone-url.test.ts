import { expect, test } from 'vitest'
import { checkCloneUrl, repositoryOf, resolveCloneUrl } from '../index.ts'

const ada = { host: 'github.com', owner: 'ada', name: 'engine' }

test.each([
  ['https://github.com/{owner}/{name}.git', 'https://github.com/ada/engine.git', 'https'],
  ['http://localhost:3000/{owner}/{name}', 'http://localhost:3000/ada/engine', 'http'],
  ['ssh://git@github.com/{owner}/{name}.git', 'ssh://git@github.com/ada/engine.git', 'ssh'],
  ['git@github.com:{owner}/{name}.git', 'ssh://git@github.com/ada/engine.git', 'ssh'],
  ['file:///srv/git/{owner}/{name}.git', 'file:///srv/git/ada/engine.git', 'file'],
  ['/srv/git/{owner}/{name}', '/srv/git/ada/engine', 'file'],
])('the template %s becomes %s', (template, url, protocol) => {
  expect(resolveCloneUrl(template, ada)).toEqual({ url, protocol })
})

test.each([
  ['ext::sh -c touch% /tmp/marker', 'ext'],
  ['ext::sh', 'ext'],
  ['git://github.com/a/b', 'another protocol'],
  ['fd::7', 'fd'],
  ['https://user:secret@github.com/a/b', 'a password'],
  ['https://token@github.com/a/b', 'a token'],
  ['ssh://git:secret@github.com/a/b', 'a password'],
  ['ssh://-oProxyCommand=touch@github.com/a', 'an option as user'],
  ['ssh://-oProxyCommand=touch/a', 'an option as host'],
  ['-oProxyCommand=touch@host:a', 'an option'],
  ['--upload-pack=touch', 'an option'],
  ['relative/path', 'a relative path'],
  ['file:relative', 'a file URL that git reads as a host'],
  ['file://host/path', 'a file URL with a host'],
  ['https://good\\@evil/a', 'a backslash'],
  ['https://good#@evil/a', 'a fragment'],
  ['https://github.com/a\nb', 'a line feed'],
  ['/srv/a\0b', 'a NUL'],
])('the URL %j is refused: it is, or has, %s', (url) => {
  expect(() => checkCloneUrl(url)).toThrow(expect.objectContaining({ code: 'CLONE_URL_INVALID' }))
})

test('a refused URL is shown without its password', () => {
  expect(() => checkCloneUrl('https://ada:hunter2@github.com/a/b')).toThrow(/^(?!.*hunter2).*\*\*\*@github/)
})

test.each(['../etc', '..', '-x', 'a/b', 'a b', ''])('the name %j is refused', (name) => {
  const resolve = () => resolveCloneUrl('https://github.com/{owner}/{name}', { ...ada, name })

  expect(resolve).toThrow(expect.objectContaining({ code: 'CLONE_URL_INVALID' }))
})

test.each([
  ['https://github.com/a/b.git', 'github.com/a/b'],
  ['https://github.com/a/b/', 'github.com/a/b'],
  ['http://localhost:3000/a/b', 'localhost-3000/a/b'],
  ['git@github.com:a/b.git', 'github.com/a/b'],
  ['https://gitlab.com/group/sub/name', 'gitlab.com/group-sub/name'],
  ['/srv/ada/engine', 'local/ada/engine'],
  ['/srv/ada/engine/', 'local/ada/engine'],
  ['/srv/ada/engine/.git', 'local/ada/engine'],
  ['/srv/ada lovelace/the engine.git', 'local/ada-lovelace/the-engine'],
  ['file:///srv/ada/engine', 'local/ada/engine'],
  ['/engine', 'local/root/engine'],
])('the watched repository %s is called %s', (watched, key) => {
  const { host, owner, name } = repositoryOf(watched)

  expect(`${host}/${owner}/${name}`).toBe(key)
})
