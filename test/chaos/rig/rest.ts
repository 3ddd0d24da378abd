import { problem, type BuildView } from '@narwhal/protocol'
import { until } from '../../setup/until.ts'

/** The REST API of whichever dispatcher answers. Nothing here gives up before its time: dispatchers come back. */
export interface Rest {
  /** One request to the dispatchers in turn; throws when none answers below 500. */
  ask(path: string, options?: AskOptions): Promise<Response>
  /** Builds, newest first, of all pages. */
  builds(query?: string): Promise<readonly BuildView[]>
  /** The stored log of a job. */
  log(jobId: string): Promise<Buffer>
}

export interface AskOptions {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

const patienceMs = 60_000

export function openRest(urls: readonly string[], token: string): Rest {
  let turn = 0
  const askOnce = async (path: string, { method = 'GET', body, headers = {}, signal }: AskOptions) => {
    const limit = AbortSignal.timeout(20_000)
    const answer = await fetch(`${urls[turn++ % urls.length]}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    })
    if (answer.status >= 500) throw problem('UNREACHABLE', `${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }
  const ask = (path: string, options: AskOptions = {}) =>
    until(() => askOnce(path, options), { timeoutMs: patienceMs, intervalMs: 300, signal: options.signal })
  return {
    ask,
    async builds(query = '') {
      const all: BuildView[] = []
      for (let after = ''; ; ) {
        const answer = await ask(`/v1/builds?limit=100${query}${after}`)
        const { builds, next } = (await answer.json()) as { builds: BuildView[]; next?: string } // as the route says
        all.push(...builds)
        if (next === undefined) return all
        after = `&after=${next}`
      }
    },
    async log(jobId) {
      const answer = await ask(`/v1/jobs/${jobId}/log`, { headers: { accept: 'text/plain' } })
      if (answer.status !== 200) throw problem('UNREACHABLE', `the log of ${jobId}: ${answer.status}`)
      return Buffer.from(await answer.arrayBuffer())
    },
  }
}
