import { expect, test } from 'vitest'
import { resolveCloneSource } from '../index.ts'

const githubToken = 'a-token'
const github = 'https://api.github.com'
const ada = { owner: 'ada', name: 'engine' }

test.each([
  ['https://github.com/{owner}/{name}.git', 'github.com', 'https://github.com/ada/engine.git', githubToken],
  ['http://github.com/{owner}/{name}.git', 'github.com', 'http://github.com/ada/engine.git', undefined],
  ['git@github.com:{owner}/{name}.git', 'github.com', 'ssh://git@github.com/ada/engine.git', undefined],
  ['https://gitlab.com/{owner}/{name}', 'gitlab.com', 'https://gitlab.com/ada/engine', undefined],
  ['http://localhost:3000/{owner}/{name}', 'localhost-3000', 'http://localhost:3000/ada/engine', undefined],
  ['/srv/git/{owner}/{name}', 'gitlab.com', '/srv/git/ada/engine', undefined],
  ['file:///srv/git/{owner}/{name}', 'local', 'file:///srv/git/ada/engine', undefined],
])('by %s a repository of %s is cloned from %s, with the token %s', (cloneUrlTemplate, host, url, token) => {
  const source = resolveCloneSource({ host, ...ada }, { cloneUrlTemplate, githubToken, githubApiUrl: github })

  expect(source).toEqual(token === undefined ? { url } : { url, token })
})

test.each([
  ['https://github.com/{owner}/{name}.git', 'gitlab.com'],
  ['git@github.com:{owner}/{name}.git', 'gitlab.com'],
  ['https://github.com/{owner}/{name}.git', 'local'],
])('by %s a repository of %s is not cloned, and what to set is said', (cloneUrlTemplate, host) => {
  const resolve = () => resolveCloneSource({ host, ...ada }, { cloneUrlTemplate, githubToken, githubApiUrl: github })

  expect(resolve).toThrow(
    expect.objectContaining({
      code: 'CLONE_URL_INVALID',
      message: expect.stringMatching(/github\.com, where NARWHAL_CLONE_URL_TEMPLATE leads/),
    }),
  )
})

test('the token of an own GitHub goes to its host alone', () => {
  const rule = { githubToken, githubApiUrl: 'https://git.example.org/api/v3' }
  const tokenFor = (host: string) =>
    resolveCloneSource({ host, ...ada }, { ...rule, cloneUrlTemplate: `https://${host}/{owner}/{name}` }).token

  expect([tokenFor('git.example.org'), tokenFor('github.com')]).toEqual([githubToken, undefined])
})
