import { availableParallelism, hostname } from 'node:os'
import {
  type Environment,
  httpUrl,
  list,
  logLevel,
  optional,
  portNumber,
  positive,
  readConfig,
  required,
  secret,
  text,
  type Wrong,
} from '@narwhal/host'

/**
 * The settings of a runner. `runnerUrl` is absent when the dispatcher reaches it at the address it listens on.
 *
 * @throws CONFIG_INVALID with every fault.
 */
export function readRunnerConfig(env: Environment) {
  return readConfig(env, {
    port: optional('NARWHAL_PORT', portNumber, 9898),
    host: optional('NARWHAL_HOST', text, '127.0.0.1'),
    dispatcherUrl: optional('NARWHAL_DISPATCHER_URL', httpUrl, 'http://127.0.0.1:9595'),
    runnerToken: required('NARWHAL_RUNNER_TOKEN', secret),
    runnerUrl: optional('NARWHAL_RUNNER_URL', httpUrl, undefined),
    name: optional('NARWHAL_RUNNER_NAME', runnerName, hostname().slice(0, 100)),
    slots: optional('NARWHAL_RUNNER_SLOTS', slotCount, availableParallelism()),
    labels: optional('NARWHAL_RUNNER_LABELS', list, []),
    engine: optional('NARWHAL_ENGINE', text, 'docker:'),
    data: optional('NARWHAL_DATA', text, '.narwhal/runner'),
    cloneUrlTemplate: optional('NARWHAL_CLONE_URL_TEMPLATE', text, 'https://github.com/{owner}/{name}.git'),
    githubToken: optional('NARWHAL_GITHUB_TOKEN', text, undefined),
    apiToken: optional('NARWHAL_API_TOKEN', secret, undefined),
    logLevel: optional('NARWHAL_LOG_LEVEL', logLevel, 'info'),
  })
}

function runnerName(given: string): string | Wrong {
  return given.length <= 100 ? given : { wrong: `has ${given.length} characters; use at most 100` }
}

function slotCount(given: string): number | Wrong {
  const slots = positive(given)
  return typeof slots === 'number' && slots > 1024 ? { wrong: `is "${given}"; use at most 1024` } : slots
}
