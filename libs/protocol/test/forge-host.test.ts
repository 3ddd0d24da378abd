import { expect, test } from 'vitest'
import { checkForgeUrl, forgeHostOf } from '../index.ts'

test.each([
  ['https://api.github.com', 'github.com'],
  ['https://git.example.org/api/v3', 'git.example.org'],
  ['http://127.0.0.1:3000', '127.0.0.1'],
])('the repositories of %s are at %s', (url, host) => {
  expect(forgeHostOf(url)).toBe(host)
  expect(checkForgeUrl(url)).toBe(url)
})

test.each(['http://[::1]:3000', 'https://[2001:db8::1]/api/v3', `https://${'a.'.repeat(50)}org`])(
  'no repository can be named after the host of %s',
  (url) => {
    expect(checkForgeUrl(url)).toEqual({ wrong: expect.stringContaining('set one with a DNS name or an IPv4 address') })
  },
)
