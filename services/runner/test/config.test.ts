import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newToken } from '@narwhal/host'
import { expect, test } from 'vitest'
import { readRunnerConfig } from '../config.ts'

test('a runner needs only its token', () => {
  const config = readRunnerConfig({ NARWHAL_RUNNER_TOKEN: newToken() })

  expect(config).toMatchObject({
    port: 9898,
    host: '127.0.0.1',
    dispatcherUrl: 'http://127.0.0.1:9595',
    runnerUrl: undefined,
    labels: [],
    engine: 'docker:',
    data: '.narwhal/runner',
    cloneUrlTemplate: 'https://github.com/{owner}/{name}.git',
  })
  expect(config.slots).toBeGreaterThan(0)
})

test('all faults of a configuration are told at once', () => {
  const read = () => readRunnerConfig({ NARWHAL_PORT: 'many', NARWHAL_RUNNER_SLOTS: '2000', NARWHAL_RUNNER_URL: 'ada' })

  expect(read).toThrow(/NARWHAL_PORT is "many"[^]*NARWHAL_RUNNER_TOKEN is missing[^]*NARWHAL_RUNNER_URL[^]*2000/)
})

test.each([
  ['127.0.0.1', 'http://127.0.0.1:9595'],
  ['0.0.0.0', 'http://localhost:9595'],
  ['::', 'http://[::1]:9595'],
  ['10.0.0.7', 'http://dispatcher:9595'],
])('a runner that listens on %s needs no URL for the dispatcher at %s', (host, dispatcherUrl) => {
  const env = { NARWHAL_RUNNER_TOKEN: newToken(), NARWHAL_HOST: host, NARWHAL_DISPATCHER_URL: dispatcherUrl }

  expect(readRunnerConfig(env).runnerUrl).toBeUndefined()
})

test.each(['0.0.0.0', '::', '127.0.0.1', 'localhost', '::1'])(
  'a runner that listens on %s says where a dispatcher elsewhere reaches it',
  (host) => {
    const env = {
      NARWHAL_RUNNER_TOKEN: newToken(),
      NARWHAL_HOST: host,
      NARWHAL_DISPATCHER_URL: 'http://dispatcher:9595',
    }

    expect(() => readRunnerConfig(env)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('NARWHAL_RUNNER_URL') }),
    )
    expect(readRunnerConfig({ ...env, NARWHAL_RUNNER_URL: 'http://ada:9898' }).runnerUrl).toBe('http://ada:9898')
  },
)

test('repositories that may be privileged are globs, and certificates come from a file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-config-'))
  const path = join(directory, 'ca.pem')
  await writeFile(path, '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n')
  const env = {
    NARWHAL_RUNNER_TOKEN: newToken(),
    NARWHAL_PRIVILEGED_REPOSITORIES: 'example.org/ada/*, example.org/bob/engine',
    NARWHAL_CA_FILE: path,
  }

  const config = readRunnerConfig(env)

  expect(config.privilegedRepositories).toEqual(['example.org/ada/*', 'example.org/bob/engine'])
  expect(config.certificates).toContain('MII')
  expect(() => readRunnerConfig({ ...env, NARWHAL_CA_FILE: undefined, NARWHAL_CA: path })).toThrow(
    /NARWHAL_CA holds no/,
  )
  await rm(directory, { recursive: true })
})
