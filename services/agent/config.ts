import {
  type Environment,
  httpUrl,
  logLevel,
  optional,
  portNumber,
  positive,
  readConfig,
  required,
  secret,
  secrets,
  text,
} from '@narwhal/host'
import { checkForgeUrl } from '@narwhal/protocol'
import { sweepSettings } from './sweep/sweep-options.ts'

/** The settings of the agent. @throws {ProblemError} CONFIG_INVALID with every fault */
export function readAgentConfig(env: Environment) {
  return readConfig(env, {
    host: optional('NARWHAL_HOST', text, '127.0.0.1'),
    port: optional('NARWHAL_PORT', portNumber, 9797),
    queue: optional('NARWHAL_QUEUE', text, 'amqp://127.0.0.1:5672'),
    data: optional('NARWHAL_DATA', text, '.narwhal/agent'),
    logLevel: optional('NARWHAL_LOG_LEVEL', logLevel, 'info'),
    webhookSecrets: required('NARWHAL_GITHUB_WEBHOOK_SECRET', webhookSecrets),
    githubApiUrl: optional('NARWHAL_GITHUB_API_URL', githubApiUrl, 'https://api.github.com'),
    apiToken: optional('NARWHAL_API_TOKEN', secret, undefined),
    githubToken: optional('NARWHAL_GITHUB_TOKEN', text, undefined),
    cloneUrlTemplate: optional('NARWHAL_CLONE_URL_TEMPLATE', text, 'https://github.com/{owner}/{name}.git'),
    ...sweepSettings,
    inboxBytes: optional('NARWHAL_INBOX_BYTES', positive, 1024 ** 3),
  })
}

function webhookSecrets(given: string): ReturnType<typeof secrets> {
  const all = given.split(',').length
  return all > 2 ? { wrong: `holds ${all} secrets; set one, or two while you change it` } : secrets(given)
}

function githubApiUrl(given: string): ReturnType<typeof httpUrl> {
  const url = httpUrl(given)
  return typeof url === 'string' ? checkForgeUrl(url) : url
}
