import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newToken } from '@narwhal/host'
import { freePort } from '../setup/free-port.ts'
import { type ServiceOptions, serviceProgram, type ServiceProgram } from './service-program.ts'

export interface ProgramsOptions {
  /** Directory for the data of all services and their logs. */
  readonly root: string
  readonly amqpUrl: string
  readonly githubUrl: string
  readonly cloneUrlTemplate: string
  readonly runners: number
  readonly slots: number
  /** Of the runners, in their order. */
  readonly labels?: readonly string[]
  readonly leaseMs: number
  /** As NARWHAL_ENGINE has it; `docker:` unless given. */
  readonly engine?: string
  readonly logLevel?: string
}

/** Tokens of a cluster, made for it alone. */
export interface ClusterTokens {
  readonly api: string
  /** Of `grace`, who may approve. */
  readonly grace: string
  readonly runner: string
  readonly webhook: string
}

export interface ClusterPrograms {
  readonly tokens: ClusterTokens
  readonly agent: ServiceProgram
  readonly dispatcher: ServiceProgram
  readonly reporter: ServiceProgram
  readonly runners: readonly ServiceProgram[]
  /** The data directories of the runners. */
  readonly runnerData: readonly string[]
  readonly results: string
}

/** The services of a cluster with all their settings, none of them started. */
export async function clusterPrograms(options: ProgramsOptions): Promise<ClusterPrograms> {
  const { root, amqpUrl: QUEUE, leaseMs } = options
  const tokens = { api: newToken(), grace: newToken(), runner: newToken(), webhook: newToken() }
  const logs = join(root, 'logs')
  const results = join(root, 'results')
  await mkdir(logs)
  const secretsKey = join(root, 'secrets-key')
  await writeFile(secretsKey, randomBytes(32).toString('hex'), { mode: 0o600 })
  const common: Record<string, string> = options.logLevel === undefined ? {} : { LOG_LEVEL: options.logLevel }
  const program = async (service: ServiceOptions['service'], settings: Readonly<Record<string, string>>, name = '') =>
    serviceProgram({
      name: name || service,
      service,
      port: await freePort(),
      settings: { ...common, ...settings },
      logs,
    })
  const dispatcher = await program('dispatcher', {
    QUEUE,
    STORE: `sqlite:${join(root, 'dispatcher.sqlite')}`,
    BLOBS: `file:${join(root, 'blobs')}`,
    API_TOKEN: tokens.api,
    RUNNER_TOKEN: tokens.runner,
    APPROVERS: `grace:${tokens.grace}`,
    SECRETS_KEY_FILE: secretsKey,
    LEASE_MS: String(leaseMs),
  })
  const GITHUB_API_URL = options.githubUrl
  const agentSettings = { QUEUE, DATA: join(root, 'agent'), GITHUB_WEBHOOK_SECRET: tokens.webhook, GITHUB_API_URL }
  const reporterSettings = { QUEUE, DATA: join(root, 'reporter'), RESULTS: results, GITHUB_API_URL }
  const names = Array.from({ length: options.runners }, (_, index) => `runner-${index + 1}`)
  const runnerSettings = {
    DISPATCHER_URL: dispatcher.url,
    RUNNER_TOKEN: tokens.runner,
    RUNNER_SLOTS: String(options.slots),
    ENGINE: options.engine ?? 'docker:',
    CLONE_URL_TEMPLATE: options.cloneUrlTemplate,
  }
  const runners = names.map((name, place) => {
    const ofIts = { RUNNER_NAME: name, RUNNER_LABELS: options.labels?.[place] ?? '', DATA: join(root, name) }
    return program('runner', { ...runnerSettings, ...ofIts }, name)
  })
  return {
    tokens,
    dispatcher,
    agent: await program('agent', agentSettings),
    reporter: await program('reporter', { ...reporterSettings, GITHUB_TOKEN: newToken(), PUBLIC_URL: dispatcher.url }),
    runners: await Promise.all(runners),
    runnerData: names.map((name) => join(root, name)),
    results,
  }
}
