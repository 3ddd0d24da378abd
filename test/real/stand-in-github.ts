import { openHttpServer, openMetrics, silentLog } from '@narwhal/host'

/** A commit status as it was posted. */
export interface PostedStatus {
  readonly repository: string
  readonly sha: string
  readonly state: string
  readonly context: string
  readonly description: string
  readonly target_url: string
}

/** Takes and lists commit statuses as GitHub's API does, and remembers them in their order. */
export interface StandInGitHub extends AsyncDisposable {
  readonly url: string
  statusesOf(sha: string): readonly PostedStatus[]
}

/** The account of every token. */
const creator = { id: 7, login: 'narwhal-bot' }

export async function startStandInGitHub(): Promise<StandInGitHub> {
  const posted: PostedStatus[] = []
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  server.app.post('/repos/:owner/:name/statuses/:sha', async ({ params, body }, reply) => {
    const { owner, name, sha } = params as Record<'owner' | 'name' | 'sha', string> // the path has them
    const status = body as Omit<PostedStatus, 'repository' | 'sha'> // what is posted is compared later
    const { state, context, description, target_url } = status
    posted.push({ repository: `${owner}/${name}`, sha, state, context, description, target_url })
    return reply.code(201).send({ id: posted.length, state, context, creator })
  })
  server.app.get('/repos/:owner/:name/commits/:sha/statuses', async ({ params, query }) => {
    const { sha } = params as Record<'sha', string> // the path has it
    const { per_page = '30', page = '1' } = query as Record<string, string> // of the reporter alone
    const first = (Number(page) - 1) * Number(per_page)
    const listed = posted.map((status, place) => ({ id: place + 1, creator, ...status }))
    const ofCommit = listed.filter((status) => status.sha === sha).toReversed()
    return ofCommit.slice(first, first + Number(per_page))
  })
  const url = await server.listen()
  return {
    url,
    statusesOf: (sha) => posted.filter((status) => status.sha === sha),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
