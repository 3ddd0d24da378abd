import { newToken } from '@narwhal/host'
import { expect, test } from 'vitest'
import { readAgentConfig } from '../config.ts'

test('only the secret of the webhook must be given', () => {
  const secret = newToken()

  const config = readAgentConfig({ NARWHAL_GITHUB_WEBHOOK_SECRET: secret, NARWHAL_RUNNER_SLOTS: '2' })

  expect(config).toEqual({
    host: '127.0.0.1',
    port: 9797,
    queue: 'amqp://127.0.0.1:5672',
    data: '.narwhal/agent',
    logLevel: 'info',
    webhookSecrets: [secret],
    githubApiUrl: 'https://api.github.com',
    apiToken: undefined,
    inboxBytes: 1024 ** 3,
    githubToken: undefined,
    githubAppId: undefined,
    githubAppKey: undefined,
    githubRepositories: [],
    cloneUrlTemplate: 'https://github.com/{owner}/{name}.git',
    sweepMs: 600_000,
  })
})

test.each([
  ['is missing', undefined, 'NARWHAL_GITHUB_WEBHOOK_SECRET is missing'],
  ['is short', 'abc', 'has 3 characters; it needs at least 32'],
  ['is short while it is changed', `${newToken()},abc`, 'has 3 characters'],
  ['is three', [newToken(), newToken(), newToken()].join(), 'holds 3 secrets'],
])('a secret that %s is a fault, told together with the others', (_name, secret, said) => {
  const read = () =>
    readAgentConfig({ NARWHAL_GITHUB_WEBHOOK_SECRET: secret, NARWHAL_PORT: 'x', NARWHAL_GITHUB_API_URL: 'ftp://x' })

  expect(read).toThrow(said)
  expect(read).toThrow('NARWHAL_PORT is "x"')
  expect(read).toThrow('NARWHAL_GITHUB_API_URL is "ftp://x"')
})

test('another machine may read the metrics with the API token', () => {
  const [secret, apiToken] = [newToken(), newToken()]

  expect(readAgentConfig({ NARWHAL_GITHUB_WEBHOOK_SECRET: secret, NARWHAL_API_TOKEN: apiToken })).toMatchObject({
    apiToken,
  })
})

test('a forge whose host no repository can be named after is refused, with what to set', () => {
  const env = { NARWHAL_GITHUB_WEBHOOK_SECRET: newToken(), NARWHAL_GITHUB_API_URL: 'http://[::1]:3000' }

  expect(() => readAgentConfig(env)).toThrow('NARWHAL_GITHUB_API_URL is "http://[::1]:3000"; set one with a DNS name')
})
