import { expect, test } from 'vitest'
import { cloneSources } from '../clone-sources.ts'
import { watchedRepository } from '../watched-repository.ts'

const config = {
  githubToken: 'a-token',
  githubApiUrl: 'https://api.github.com',
  cloneUrlTemplate: 'https://github.com/{owner}/{name}.git',
}

test.each([
  ['/srv/ada/engine', { host: 'local', owner: 'ada', name: 'engine' }, '/srv/ada/engine', undefined],
  [
    'https://github.com/ada/engine.git',
    { host: 'github.com', owner: 'ada', name: 'engine' },
    'https://github.com/ada/engine.git',
    'a-token',
  ],
  [
    'https://git.example.org/ada/engine',
    { host: 'git.example.org', owner: 'ada', name: 'engine' },
    'https://git.example.org/ada/engine',
    undefined,
  ],
  [
    'http://github.com/ada/engine',
    { host: 'github.com', owner: 'ada', name: 'engine' },
    'http://github.com/ada/engine',
    undefined,
  ],
])(
  '%s is watched under its name; the token goes to the forge alone, and encrypted',
  (given, repository, url, token) => {
    const watched = watchedRepository(given, config)

    expect(watched).toEqual({ repository, url, ...(token === undefined ? {} : { token }) })
  },
)

test('a watched repository is cloned from where it is watched, one of the forge by the template', () => {
  const watched = watchedRepository('/srv/ada/engine', config)

  const source = cloneSources([watched], config)

  expect(source(watched.repository)).toEqual({ url: '/srv/ada/engine' })
  expect(source({ host: 'github.com', owner: 'bob', name: 'tower' })).toEqual({
    url: 'https://github.com/bob/tower.git',
    token: 'a-token',
  })
})

test('a repository that is neither is not cloned from somewhere else', () => {
  const source = cloneSources([], config)

  expect(() => source({ host: 'local', owner: 'ada', name: 'engine' })).toThrow(
    expect.objectContaining({ code: 'CLONE_URL_INVALID' }),
  )
})
