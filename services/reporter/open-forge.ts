import type { Log } from '@narwhal/host'
import type { Repository } from '@narwhal/protocol'
import type { CommitStatus } from './status-of-build.ts'

/** The account at GitHub, or at a GitHub of one's own, that sets commit statuses. */
export interface GitHubAccount {
  readonly token: string
  readonly apiUrl: string
}

/** A commit status with all that goes with it. */
export interface OutgoingStatus extends CommitStatus {
  readonly repository: Repository
  readonly sha: string
  readonly targetUrl: string
}

/** What the forge answered; 0 stands for no answer at all. */
export interface ForgeReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | undefined>>
  /** In the words of the forge, where it refused. */
  readonly message: string
}

/** What the forge calls a status that it took, and the account that it knows the token as. */
export interface StatusReceipt {
  readonly id: number
  readonly creator: number
}

/** A commit status under our name, as the forge has it, whoever set it. */
export interface ShownStatus extends Pick<OutgoingStatus, 'state' | 'description' | 'targetUrl'> {
  readonly id: number
  readonly creator: number | undefined
}

/** Makes each call once. Does not throw for what the forge or the network answers. */
export interface Forge {
  /** `receipt` is absent where the forge does not say it. */
  post(status: OutgoingStatus): Promise<ForgeReply & { readonly receipt?: StatusReceipt }>
  /** The newest statuses under our name at a commit, the newest first. */
  list(of: Pick<OutgoingStatus, 'repository' | 'sha'>): Promise<ForgeReply & { readonly shown: readonly ShownStatus[] }>
}

/** The name of our status, fixed, so that branch protection can name it. */
const context = 'narwhal'
const limitMs = 10_000
const postRoute = 'POST /repos/{owner}/{repo}/statuses/{sha}'
const listRoute = 'GET /repos/{owner}/{repo}/commits/{ref}/statuses'
/** The most that GitHub gives on a page. */
const pageLength = 100
/** GitHub takes no more than a thousand statuses of a name at a commit. */
const longestPages = 10

/** Octokit without its own waiting and retrying: the report loop does both, and survives a crash. */
export async function openForge({ token, apiUrl }: GitHubAccount, log: Log): Promise<Forge> {
  const { Octokit } = await import('octokit') // only where statuses are sent: it takes long to load
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent: 'narwhal',
    retry: { enabled: false },
    throttle: { enabled: false },
    log: { debug: ignore, info: ignore, warn: (text: string) => log.warn(text), error: ignore },
  })
  const request = () => ({ signal: AbortSignal.timeout(limitMs) })
  return {
    async post({ repository: { owner, name }, sha, state, description, targetUrl }) {
      const given = { owner, repo: name, sha, state, description, context, target_url: targetUrl }
      try {
        const { headers, url, data, ...reply } = await octokit.request(postRoute, { ...given, request: request() })
        const status: number = reply.status // octokit promises 201; a redirection breaks that
        const asked = octokit.request.endpoint(postRoute, given).url
        return status === 200 && url !== asked ? redirected(url) : { status, headers, message: '', ...receiptOf(data) }
      } catch (error) {
        return replyOf(error)
      }
    },
    async list({ repository: { owner, name }, sha }) {
      const shown: ShownStatus[] = []
      try {
        for (let page = 1; ; page += 1) {
          const given = { owner, repo: name, ref: sha, per_page: pageLength, page }
          const { status, headers, data } = await octokit.request(listRoute, { ...given, request: request() })
          shown.push(...data.filter((one) => one.context === context).map(shownOf))
          if (data.length < pageLength || page === longestPages) return { status, headers, message: '', shown }
        }
      } catch (error) {
        return { ...replyOf(error), shown: [] }
      }
    },
  }
}

/** As GitHub answers a POST; others may say less. */
interface TakenStatus {
  readonly id?: unknown
  readonly creator?: { readonly id?: unknown } | null
}

function receiptOf(taken: TakenStatus | undefined): { readonly receipt?: StatusReceipt } {
  const [id, creator] = [taken?.id, taken?.creator?.id]
  return typeof id === 'number' && typeof creator === 'number' ? { receipt: { id, creator } } : {}
}

/** As GitHub lists it. */
interface ListedStatus {
  readonly id: number
  readonly creator: { readonly id: number | bigint } | null
  readonly state: string
  readonly description: string | null
  readonly target_url: string | null
}

function shownOf(listed: ListedStatus): ShownStatus {
  const { id, creator, description, target_url: targetUrl } = listed
  const state = listed.state as CommitStatus['state'] // the four that GitHub has
  const account = creator === null ? undefined : Number(creator.id) // JSON has numbers only
  return { id, creator: account, state, description: description ?? '', targetUrl: targetUrl ?? '' }
}

/** A POST that is redirected by 307 or 308 stays one; by 301 or 302 it becomes a GET, which says 200 and does nothing. */
function redirected(url: string): ForgeReply {
  return { status: 301, headers: {}, message: `it redirects to ${url}; set NARWHAL_GITHUB_API_URL to that` }
}

function ignore(): void {}

/** Octokit throws for 4xx and 5xx, and says 500 also when nothing answered: only a response tells them apart. */
function replyOf(error: unknown): ForgeReply {
  const message = error instanceof Error ? error.message : String(error)
  const response: unknown = error instanceof Error && 'response' in error ? error.response : undefined
  const isReply = typeof response === 'object' && response !== null && 'status' in response && 'headers' in response
  if (!isReply) return { status: 0, headers: {}, message }
  const { status, headers } = response as ForgeReply // octokit's own response, of any body
  return { status, headers, message }
}
