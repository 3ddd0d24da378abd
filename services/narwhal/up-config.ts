import { availableParallelism, hostname } from 'node:os'
import { join, resolve } from 'node:path'
import {
  approvers,
  certificates,
  type Environment,
  httpUrl,
  leaseMs,
  list,
  logLevel,
  optional,
  pipelineFile,
  portNumber,
  positive,
  provideSecretsKey,
  provideToken,
  queueLimitMs,
  readConfig,
  runnerLabels,
  runnerName,
  s3Keys,
  secret,
  secrets,
  secretsKeyFile,
  slotCount,
  text,
  withAwsKeys,
} from '@narwhal/host'
import { checkForgeUrl } from '@narwhal/protocol'
import { sweepSettings } from '@narwhal/agent/sweep'
import { readStepPolicy } from '@narwhal/runner/step-policy'

/** The settings of all services in one process, with the secrets. */
export type UpConfig = Awaited<ReturnType<typeof provideSecrets>>

/** The settings as the environment gives them. @throws {ProblemError} CONFIG_INVALID with every fault. */
export function readUpConfig(env: Environment) {
  const { data: given, ...config } = readConfig(withAwsKeys(env), {
    data: optional('NARWHAL_DATA', text, '.narwhal'),
    host: optional('NARWHAL_HOST', text, '127.0.0.1'),
    port: optional('NARWHAL_PORT', portNumber, 8080),
    publicUrl: optional('NARWHAL_PUBLIC_URL', httpUrl, undefined),
    queue: optional('NARWHAL_QUEUE', text, undefined),
    store: optional('NARWHAL_STORE', text, undefined),
    blobs: optional('NARWHAL_BLOBS', text, undefined),
    ...s3Keys,
    results: optional('NARWHAL_RESULTS', text, undefined),
    engine: optional('NARWHAL_ENGINE', text, 'docker:'),
    setup: optional('NARWHAL_SETUP', text, '1'),
    logLevel: optional('NARWHAL_LOG_LEVEL', logLevel, 'warn'),
    apiToken: optional('NARWHAL_API_TOKEN', secret, undefined),
    runnerToken: optional('NARWHAL_RUNNER_TOKEN', secret, undefined),
    secretsKey: optional('NARWHAL_SECRETS_KEY_FILE', secretsKeyFile, undefined),
    approvers: optional('NARWHAL_APPROVERS', approvers, []),
    defaultPipeline: optional('NARWHAL_DEFAULT_PIPELINE', pipelineFile, undefined),
    webhookSecrets: optional('NARWHAL_GITHUB_WEBHOOK_SECRET', secrets, undefined),
    githubToken: optional('NARWHAL_GITHUB_TOKEN', text, undefined),
    githubApiUrl: optional('NARWHAL_GITHUB_API_URL', githubApiUrl, 'https://api.github.com'),
    sshKeys: optional('NARWHAL_SSH_KEYS', text, undefined),
    dockerConfig: optional('NARWHAL_DOCKER_CONFIG', text, undefined),
    cloneUrlTemplate: optional('NARWHAL_CLONE_URL_TEMPLATE', text, 'https://github.com/{owner}/{name}.git'),
    ...sweepSettings,
    runnerUrl: optional('NARWHAL_RUNNER_URL', httpUrl, undefined),
    runnerName: optional('NARWHAL_RUNNER_NAME', runnerName, hostname().slice(0, 100)),
    runnerSlots: optional('NARWHAL_RUNNER_SLOTS', slotCount, availableParallelism()),
    runnerLabels: optional('NARWHAL_RUNNER_LABELS', runnerLabels, []),
    privilegedRepositories: optional('NARWHAL_PRIVILEGED_REPOSITORIES', list, []),
    certificates: optional('NARWHAL_CA', certificates, undefined),
    leaseMs: optional('NARWHAL_LEASE_MS', leaseMs, 30_000),
    queueLimitMs: optional('NARWHAL_QUEUE_LIMIT_MS', queueLimitMs, 24 * 3_600_000),
    inboxBytes: optional('NARWHAL_INBOX_BYTES', positive, 1024 ** 3),
  })
  const data = resolve(given)
  return {
    ...config,
    data,
    policy: readStepPolicy(env, config),
    setup: config.setup !== '0',
    queue: config.queue ?? `sqlite:${join(data, 'queue.sqlite')}`,
    store: config.store ?? `sqlite:${join(data, 'store.sqlite')}`,
    blobs: config.blobs ?? `file:${join(data, 'blobs')}`,
    results: resolve(config.results ?? join(data, 'results')),
  }
}

/** The settings with every secret: the environment's, else one of our own in `<data>/secrets`, made at the first start. */
export async function provideSecrets({
  apiToken,
  runnerToken,
  webhookSecrets,
  ...config
}: ReturnType<typeof readUpConfig>) {
  const own = (name: string) => provideToken(secretPath(config.data, name))
  return {
    ...config,
    apiToken: apiToken ?? (await own('api-token')),
    runnerToken: runnerToken ?? (await own('runner-token')),
    secretsKey: config.secretsKey ?? (await provideSecretsKey(secretPath(config.data, 'secrets-key'))),
    webhookSecrets: webhookSecrets ?? [await own('webhook-secret')],
    /** Where people find the secrets: a file, or nothing when the environment gave it. */
    apiTokenPath: apiToken === undefined ? secretPath(config.data, 'api-token') : undefined,
    webhookSecretPath: webhookSecrets === undefined ? secretPath(config.data, 'webhook-secret') : undefined,
  }
}

function githubApiUrl(given: string): ReturnType<typeof httpUrl> {
  const url = httpUrl(given)
  return typeof url === 'string' ? checkForgeUrl(url) : url
}

function secretPath(data: string, name: string): string {
  return join(data, 'secrets', name)
}
