import {
  approvers,
  type Environment,
  leaseMs,
  logLevel,
  optional,
  pipelineFile,
  portNumber,
  queueLimitMs,
  readConfig,
  required,
  s3Keys,
  secret,
  secretsKeyFile,
  text,
  withAwsKeys,
} from '@narwhal/host'

/**
 * The settings of a dispatcher that runs by itself.
 *
 * @throws {ProblemError} CONFIG_INVALID with every fault.
 */
export function readDispatcherConfig(env: Environment) {
  return readConfig(withAwsKeys(env), {
    host: optional('NARWHAL_HOST', text, '127.0.0.1'),
    port: optional('NARWHAL_PORT', portNumber, 9595),
    queue: optional('NARWHAL_QUEUE', text, 'amqp://127.0.0.1:5672'),
    store: optional('NARWHAL_STORE', text, 'sqlite:.narwhal/dispatcher/store.sqlite'),
    blobs: optional('NARWHAL_BLOBS', text, 'file:.narwhal/dispatcher/blobs'),
    ...s3Keys,
    apiToken: required('NARWHAL_API_TOKEN', secret),
    runnerToken: required('NARWHAL_RUNNER_TOKEN', secret),
    approvers: optional('NARWHAL_APPROVERS', approvers, []),
    defaultPipeline: optional('NARWHAL_DEFAULT_PIPELINE', pipelineFile, undefined),
    secretsKey: optional('NARWHAL_SECRETS_KEY_FILE', secretsKeyFile, undefined),
    logLevel: optional('NARWHAL_LOG_LEVEL', logLevel, 'info'),
    leaseMs: optional('NARWHAL_LEASE_MS', leaseMs, 30_000),
    queueLimitMs: optional('NARWHAL_QUEUE_LIMIT_MS', queueLimitMs, 24 * 3_600_000),
  })
}
