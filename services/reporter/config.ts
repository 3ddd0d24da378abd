import { type Environment, httpUrl, logLevel, optional, portNumber, readConfig, secret, text } from '@narwhal/host'
import { checkForgeUrl } from '@narwhal/protocol'

/** The settings of the reporter. @throws {ProblemError} CONFIG_INVALID with every fault */
export function readReporterConfig(env: Environment) {
  return readConfig(env, {
    host: optional('NARWHAL_HOST', text, '127.0.0.1'),
    port: optional('NARWHAL_PORT', portNumber, 9696),
    queue: optional('NARWHAL_QUEUE', text, 'amqp://127.0.0.1:5672'),
    data: optional('NARWHAL_DATA', text, '.narwhal/reporter'),
    results: optional('NARWHAL_RESULTS', text, '.narwhal/results'),
    logLevel: optional('NARWHAL_LOG_LEVEL', logLevel, 'info'),
    githubToken: optional('NARWHAL_GITHUB_TOKEN', text, undefined),
    githubApiUrl: optional('NARWHAL_GITHUB_API_URL', githubApiUrl, 'https://api.github.com'),
    apiToken: optional('NARWHAL_API_TOKEN', secret, undefined),
    publicUrl: optional('NARWHAL_PUBLIC_URL', httpUrl, 'http://127.0.0.1:9595'),
  })
}

function githubApiUrl(given: string): ReturnType<typeof httpUrl> {
  const url = httpUrl(given)
  return typeof url === 'string' ? checkForgeUrl(url) : url
}
