import { resolveCloneSource } from '@narwhal/git'
import { list, type Log, optional, positive, text } from '@narwhal/host'
import { forgeHostOf, problem, type Repository } from '@narwhal/protocol'
import { githubDeliveryLogs } from './github-delivery-logs.ts'
import type { SweepOptions } from './start-sweep.ts'

/** The settings of a sweep, for whoever starts an agent. */
export const sweepSettings = {
  githubAppId: optional('NARWHAL_GITHUB_APP_ID', text, undefined),
  githubAppKey: optional('NARWHAL_GITHUB_APP_KEY', text, undefined),
  githubRepositories: optional('NARWHAL_GITHUB_REPOSITORIES', repositoryNames, []),
  sweepMs: optional('NARWHAL_SWEEP_MS', sweepMs, 600_000),
}

export interface SweepConfig {
  readonly githubApiUrl: string
  readonly githubToken?: string | undefined
  readonly githubAppId?: string | undefined
  readonly githubAppKey?: string | undefined
  readonly githubRepositories: readonly string[]
  readonly cloneUrlTemplate: string
  readonly sweepMs: number
}

/** How to sweep what the settings name. @throws {ProblemError} CONFIG_INVALID */
export function sweepOptions(config: SweepConfig, log: Log): SweepOptions {
  const { githubApiUrl: apiUrl, githubToken: token, githubAppId: id, githubAppKey: privateKey } = config
  const host = forgeHostOf(apiUrl)
  if ((id === undefined) !== (privateKey === undefined)) throw halfAnApp()
  const app = id === undefined || privateKey === undefined ? undefined : { id, privateKey }
  return {
    everyMs: config.sweepMs,
    repositories: config.githubRepositories.map((name) => repositoryAt(host, name)),
    cloneSource: (repository) => resolveCloneSource(repository, config),
    deliveryLogs: githubDeliveryLogs({ apiUrl, token, app, log }),
  }
}

function halfAnApp(): Error {
  return problem(
    'CONFIG_INVALID',
    '  NARWHAL_GITHUB_APP_ID and NARWHAL_GITHUB_APP_KEY belong together; set both or none',
  )
}

function repositoryAt(host: string, path: string): Repository {
  const [owner = '', name = ''] = path.split('/')
  return { host, owner, name }
}

function repositoryNames(given: string): readonly string[] | { readonly wrong: string } {
  const names = list(given)
  const odd = names.find((name) => !/^[\w.-]+\/[\w.-]+$/.test(name))
  return odd === undefined ? names : { wrong: `has "${odd}"; write owner/name, with commas between several` }
}

function sweepMs(given: string): ReturnType<typeof positive> {
  const ms = positive(given)
  const isHasty = typeof ms === 'number' && ms < 60_000
  return isHasty ? { wrong: 'is below 60000, a minute: forges limit how often they are asked' } : ms
}
