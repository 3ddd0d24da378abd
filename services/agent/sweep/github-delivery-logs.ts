import type { Log } from '@narwhal/host'
import { type Repository, repositoryKey } from '@narwhal/protocol'
import type { Octokit } from 'octokit'
import type { DeliveryLog, LoggedDelivery } from './delivery-log.ts'

/** Who we are at GitHub: an app, or the holder of a token that may administer webhooks. Neither: no log can be read. */
export interface GitHubAccess {
  readonly apiUrl: string
  readonly token?: string | undefined
  readonly app?: { readonly id: string; readonly privateKey: string } | undefined
  readonly log: Log
}

/**
 * The delivery logs of GitHub: that of the app, or those of the repositories' webhooks that lead to `/webhooks/github`.
 *
 * @see https://docs.github.com/webhooks/using-webhooks/automatically-redelivering-failed-deliveries-for-a-github-app-webhook
 */
export function githubDeliveryLogs(access: GitHubAccess) {
  let opened: Promise<Octokit> | undefined
  const open = () => (opened ??= openOctokit(access)) // it takes long to load
  return async function* (repositories: readonly Repository[], signal: AbortSignal): AsyncGenerator<DeliveryLog> {
    if (access.app !== undefined) yield logAt(await open(), '/app/hook', 'the deliveries of the app')
    else if (access.token !== undefined)
      for (const repository of repositories) yield* logsOfRepository(await open(), repository, { ...access, signal })
  }
}

async function openOctokit({ apiUrl, token, app }: GitHubAccess): Promise<Octokit> {
  const { App, Octokit } = await import('octokit')
  const OurOctokit = Octokit.defaults({
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent: 'narwhal',
    retry: { enabled: false }, // the next sweep is the retry
    throttle: { enabled: false },
    ...(app === undefined ? { auth: token } : {}),
  })
  if (app === undefined) return new OurOctokit()
  return new App({ appId: app.id, privateKey: app.privateKey, Octokit: OurOctokit }).octokit
}

async function* logsOfRepository(
  octokit: Octokit,
  repository: Repository,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): AsyncGenerator<DeliveryLog> {
  const name = repositoryKey(repository)
  const path = `/repos/${repository.owner}/${repository.name}/hooks`
  try {
    const { data } = await octokit.request(`GET ${path}`, { per_page: 100, request: { signal } })
    const hooks = data as readonly { readonly id: number; readonly config: { readonly url?: string } }[] // as the API documents it
    for (const { id, config } of hooks)
      if (config.url?.endsWith('/webhooks/github')) yield logAt(octokit, `${path}/${id}`, `the deliveries of ${name}`)
  } catch (error) {
    signal.throwIfAborted()
    log.info({ err: error, repository: name }, `the webhooks of ${name} cannot be read; only its heads are compared`)
  }
}

interface DeliveryRow {
  readonly id: number | string
  readonly guid: string
  readonly event: string
  readonly delivered_at: string
  readonly status_code: number
}

function logAt(octokit: Octokit, path: string, name: string): DeliveryLog {
  return {
    name: `${name} (${path})`,
    async *list(signal) {
      const options = { per_page: 100, request: { signal } }
      for await (const { data } of octokit.paginate.iterator(`GET ${path}/deliveries`, options))
        for (const row of data as readonly DeliveryRow[]) yield loggedOf(row) // as the API documents it
    },
    async payload(id, signal) {
      const { data } = await octokit.request(`GET ${path}/deliveries/${id}`, { request: { signal } })
      const { request } = data as { readonly request: { readonly payload: unknown } } // as the API documents it
      return request.payload
    },
  }
}

function loggedOf({ id, guid, event, delivered_at, status_code }: DeliveryRow): LoggedDelivery {
  return { id: String(id), guid, event, deliveredAt: Date.parse(delivered_at), statusCode: status_code }
}
