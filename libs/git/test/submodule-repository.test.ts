import { expect, test } from 'vitest'
import { submoduleRepository } from '../submodule-repository.ts'

const parent = { host: 'github.com', owner: 'ada', name: 'engine' }
const parentUrl = 'https://github.com/ada/engine.git'

test.each([
  ['../gears.git', 'ada/gears'],
  ['../../ada/gears', 'ada/gears'],
  ['./../gears', 'ada/gears'],
  ['https://github.com/ada/gears.git', 'ada/gears'],
  ['git@github.com:ada/gears.git', 'ada/gears'],
  ['ssh://git@github.com/Ada/gears', 'Ada/gears'],
])('the submodule %s is %s', (url, expected) => {
  const { host, owner, name } = submoduleRepository(url, parent, parentUrl)

  expect(host).toBe('github.com')
  expect(`${owner}/${name}`).toBe(expected)
})

test.each([
  'https://evil.example/ada/gears.git',
  'https://github.com/bob/private.git',
  '../../bob/private',
  'https://github.com.evil.example/bob/gears.git',
  'https://github.com/a/b/c.git',
  'ext::sh -c touch% /tmp/x',
  'file:///etc',
  '/etc/passwd',
  '../../../../etc',
  '../..',
  '-u./payload',
  '--upload-pack=touch x',
  'https://user:secret@github.com/bob/gears',
  '',
])('the submodule %s is refused', (url) => {
  expect(() => submoduleRepository(url, parent, parentUrl)).toThrow(
    expect.objectContaining({ code: 'SUBMODULE_FOREIGN' }),
  )
})
