import { expect, test } from 'vitest'
import { descendsFrom, parseOsRelease } from '../setup/os-release.ts'

test('quoted and bare values are read, comments and broken lines are left out', () => {
  const text =
    '# a comment\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n\nno assignment\nVERSION_ID=\'12\'\n'

  const release = parseOsRelease(text)

  expect(release).toEqual({ id: 'debian', like: [], name: 'Debian GNU/Linux 12 (bookworm)' })
})

test('a system tells what it descends from', () => {
  const release = parseOsRelease('ID=linuxmint\nID_LIKE="ubuntu debian"\nNAME="Linux \\"Mint\\""\n')

  expect(release).toEqual({ id: 'linuxmint', like: ['ubuntu', 'debian'], name: 'Linux "Mint"' })
  expect(descendsFrom(release, 'debian')).toBe(true)
  expect(descendsFrom(release, 'linuxmint')).toBe(true)
  expect(descendsFrom(release, 'fedora')).toBe(false)
})

test('a missing or empty file is some Linux', () => {
  expect(parseOsRelease('')).toEqual({ id: 'linux', like: [], name: 'Linux' })
})
