/** Every setting of Narwhal, with the line that the README's table shows. Nothing else is configuration. */
export const settings = {
  NARWHAL_QUEUE: 'where commits and events travel: `amqp://…`, `amqps://…`, `sqlite:PATH` or `memory:`',
  NARWHAL_STORE: 'where the dispatcher keeps its state: `sqlite:PATH` or `memory:`',
  NARWHAL_BLOBS: 'where finished logs, artifacts and caches are kept: `file:PATH`, `s3://BUCKET/PREFIX` or `memory:`',
  NARWHAL_S3_ACCESS_KEY: 'the id of the key to the bucket in NARWHAL_BLOBS',
  NARWHAL_S3_SECRET_KEY: 'the secret of the key to the bucket in NARWHAL_BLOBS',
  NARWHAL_DATA: 'directory for everything else a service keeps: inbox, outbox, mirrors, workspaces, generated secrets',
  NARWHAL_ENGINE:
    'what runs the containers: `docker:`, `podman:`, `unix:PATH`, `host:` (plain processes) or `scripted:`',
  NARWHAL_PORT: 'port to listen on; 0 takes a free one',
  NARWHAL_HOST: 'address to listen on',
  NARWHAL_PUBLIC_URL: 'where people reach the dispatcher; the links of commit statuses begin with it',
  NARWHAL_LOG_LEVEL: '`trace`, `debug`, `info`, `warn`, `error` or `silent`',
  NARWHAL_DISPATCHER_URL: 'where the runner and the command line reach the dispatcher',
  NARWHAL_API_TOKEN: 'token of the REST API, at least 32 characters',
  NARWHAL_APPROVERS: 'who may approve jobs: `name:token`, separated by spaces; tokens have at least 32 characters',
  NARWHAL_DEFAULT_PIPELINE: 'path of a narwhal.yml for commits that have none, read at the start of the dispatcher',
  NARWHAL_SECRETS_KEY_FILE:
    'file with the key that secrets are encrypted with in the store: 32 bytes as 64 hex digits or base64, mode 600',
  NARWHAL_RUNNER_TOKEN: 'token with which runners and the dispatcher talk, at least 32 characters',
  NARWHAL_RUNNER_URL: 'where the dispatcher reaches this runner; may be a balancer',
  NARWHAL_RUNNER_NAME: 'name of this runner, for people',
  NARWHAL_RUNNER_SLOTS: 'how many attempts this runner holds at once',
  NARWHAL_PRIVILEGED_REPOSITORIES:
    'repositories whose trusted commits may have privileged steps: globs of `host/owner/name`, separated by commas',
  NARWHAL_CA: 'certificates in PEM that steps trust, as a file: `NARWHAL_CA_FILE`',
  NARWHAL_RUNNER_LABELS: 'labels of this runner, such as `os=linux,track=ruby`',
  NARWHAL_GITHUB_WEBHOOK_SECRET:
    'secret of the GitHub webhook, at least 32 characters; two, separated by a comma, while you change it',
  NARWHAL_GITHUB_TOKEN: 'token for commit statuses and private clones; without one no status is sent',
  NARWHAL_GITHUB_API_URL: 'base URL of the GitHub API, for GitHub Enterprise `https://HOST/api/v3`',
  NARWHAL_CLONE_URL_TEMPLATE: 'where to clone from; takes `{owner}` and `{name}`',
  NARWHAL_SSH_KEYS: 'directory of deploy keys for clones by ssh: `HOST_OWNER_NAME` or `HOST`, and `known_hosts`',
  NARWHAL_DOCKER_CONFIG: 'file of logins at image registries, as `docker login` writes it',
  NARWHAL_RESULTS: 'directory of the result files',
  NARWHAL_LEASE_MS: 'how long an attempt may stay without a sign of life, in milliseconds',
  NARWHAL_QUEUE_LIMIT_MS: 'how long a job may wait for a runner, in milliseconds',
  NARWHAL_INBOX_BYTES: 'how large the inbox may grow while the queue is down, in bytes',
  NARWHAL_GITHUB_APP_ID: 'id of the GitHub App whose delivery log is swept for pushes that never arrived',
  NARWHAL_GITHUB_APP_KEY: 'private key of the GitHub App, in PEM, as a file: `NARWHAL_GITHUB_APP_KEY_FILE`',
  NARWHAL_GITHUB_REPOSITORIES: 'repositories to sweep before a webhook has told of them: `owner/name`, with commas',
  NARWHAL_SWEEP_MS: 'how long after one sweep for missed pushes the next begins, in milliseconds',
  NARWHAL_FAILPOINTS: 'where tests let a service die, fail or wait; refused with `NODE_ENV=production`',
  NARWHAL_SETUP: '`0`: never install anything on this machine',
} as const

/** The name of a setting. */
export type SettingName = keyof typeof settings
