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
