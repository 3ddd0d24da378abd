import { availableParallelism, hostname } from 'node:os'
import {
  certificates,
  type Environment,
  httpUrl,
  list,
  logLevel,
  optional,
  portNumber,
  readConfig,
  required,
  runnerLabels,
  runnerName,
  secret,
  slotCount,
  text,
} from '@narwhal/host'
import { problem } from '@narwhal/protocol'

/**
 * The settings of a runner. `runnerUrl` is absent when the dispatcher reaches it at the address it listens on.
 *
 * @throws CONFIG_INVALID with every fault.
 */
export function readRunnerConfig(env: Environment) {
  const config = readConfig(env, {
    port: optional('NARWHAL_PORT', portNumber, 9898),
    host: optional('NARWHAL_HOST', text, '127.0.0.1'),
    dispatcherUrl: optional('NARWHAL_DISPATCHER_URL', httpUrl, 'http://127.0.0.1:9595'),
    runnerToken: required('NARWHAL_RUNNER_TOKEN', secret),
    runnerUrl: optional('NARWHAL_RUNNER_URL', httpUrl, undefined),
    name: optional('NARWHAL_RUNNER_NAME', runnerName, hostname().slice(0, 100)),
    slots: optional('NARWHAL_RUNNER_SLOTS', slotCount, availableParallelism()),
    labels: optional('NARWHAL_RUNNER_LABELS', runnerLabels, []),
    privilegedRepositories: optional('NARWHAL_PRIVILEGED_REPOSITORIES', list, []),
    certificates: optional('NARWHAL_CA', certificates, undefined),
    engine: optional('NARWHAL_ENGINE', text, 'docker:'),
    data: optional('NARWHAL_DATA', text, '.narwhal/runner'),
    sshKeys: optional('NARWHAL_SSH_KEYS', text, undefined),
    dockerConfig: optional('NARWHAL_DOCKER_CONFIG', text, undefined),
    cloneUrlTemplate: optional('NARWHAL_CLONE_URL_TEMPLATE', text, 'https://github.com/{owner}/{name}.git'),
    githubToken: optional('NARWHAL_GITHUB_TOKEN', text, undefined),
    githubApiUrl: optional('NARWHAL_GITHUB_API_URL', httpUrl, 'https://api.github.com'),
    apiToken: optional('NARWHAL_API_TOKEN', secret, undefined),
    logLevel: optional('NARWHAL_LOG_LEVEL', logLevel, 'info'),
  })
  checkReachable(config)
  return config
}

/** Where the dispatcher reaches this runner must not be this machine alone, unless the dispatcher is there too. */
function checkReachable({
  host,
  runnerUrl,
  dispatcherUrl,
}: {
  host: string
  runnerUrl: string | undefined
  dispatcherUrl: string
}) {
  const isLocal = isLoopback(host) || host === '0.0.0.0' || host === '::'
  if (runnerUrl !== undefined || !isLocal || isLoopback(new URL(dispatcherUrl).hostname)) return
  const detail = `  NARWHAL_RUNNER_URL is missing; ${dispatcherUrl} is on another machine: set it to where that reaches this runner`
  throw problem('CONFIG_INVALID', detail)
}

function isLoopback(host: string): boolean {
  return /^(?:127\.[\d.]+|\[?::1\]?|(?:.+\.)?localhost)$/i.test(host)
}
