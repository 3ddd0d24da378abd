import { newToken } from '@narwhal/host'
import { expect, test } from 'vitest'
import { readReporterConfig } from '../config.ts'

test('an empty environment is enough', () => {
  expect(readReporterConfig({})).toEqual({
    host: '127.0.0.1',
    port: 9696,
    queue: 'amqp://127.0.0.1:5672',
    data: '.narwhal/reporter',
    results: '.narwhal/results',
    logLevel: 'info',
    githubToken: undefined,
    githubApiUrl: 'https://api.github.com',
    apiToken: undefined,
    publicUrl: 'http://127.0.0.1:9595',
  })
})

test('all faults are told at once', () => {
  const env = { NARWHAL_PORT: 'x', NARWHAL_GITHUB_API_URL: 'github.com', NARWHAL_PUBLIC_URL: 'ftp://a' }

  expect(() => readReporterConfig(env)).toThrow(/NARWHAL_PORT.*\n.*NARWHAL_GITHUB_API_URL.*\n.*NARWHAL_PUBLIC_URL/)
})

test('another machine may read the metrics with the API token', () => {
  const apiToken = newToken()

  expect(readReporterConfig({ NARWHAL_API_TOKEN: apiToken })).toMatchObject({ apiToken })
})

test('a forge whose host no repository can be named after is refused, with what to set', () => {
  const read = () => readReporterConfig({ NARWHAL_GITHUB_API_URL: 'http://[::1]:3000' })

  expect(read).toThrow('NARWHAL_GITHUB_API_URL is "http://[::1]:3000"; set one with a DNS name')
})
