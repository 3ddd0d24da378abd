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
    publicUrl: 'http://127.0.0.1:9595',
  })
})

test('all faults are told at once', () => {
  const env = { NARWHAL_PORT: 'x', NARWHAL_GITHUB_API_URL: 'github.com', NARWHAL_PUBLIC_URL: 'ftp://a' }

  expect(() => readReporterConfig(env)).toThrow(/NARWHAL_PORT.*\n.*NARWHAL_GITHUB_API_URL.*\n.*NARWHAL_PUBLIC_URL/)
})
