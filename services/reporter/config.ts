import { type Environment, httpUrl, logLevel, optional, portNumber, readConfig, text } from '@narwhal/host'

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
    githubApiUrl: optional('NARWHAL_GITHUB_API_URL', httpUrl, 'https://api.github.com'),
    publicUrl: optional('NARWHAL_PUBLIC_URL', httpUrl, 'http://127.0.0.1:9595'),
  })
}
