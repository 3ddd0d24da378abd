import { openHttpServer, openMetrics, silentLog } from '@narwhal/host'

/** A stand-in for GitHub's API that takes commit statuses. */
export interface BenchForge extends AsyncDisposable {
  readonly url: string
  /** When the terminal status of a commit came, in milliseconds since the epoch. */
  toldAt(sha: string): Promise<number>
}

/** Opens a forge on a free port. */
export async function openForge(): Promise<BenchForge> {
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  const told = new Map<string, PromiseWithResolvers<number>>()
  let taken = 0
  const of = (sha: string) => {
    const known = told.get(sha) ?? Promise.withResolvers<number>()
    told.set(sha, known)
    return known
  }
  const route = '/repos/:owner/:name/statuses/:sha'
  server.app.post<{ Params: { sha: string }; Body: { state: string } }>(route, async ({ params, body }, reply) => {
    if (body.state !== 'pending') of(params.sha).resolve(Date.now())
    return reply.code(201).send({ id: ++taken, state: body.state, creator: { id: 7, login: 'narwhal-bot' } })
  })
  server.app.get('/repos/:owner/:name/commits/:sha/statuses', () => [])
  const url = await server.listen()
  return { url, toldAt: (sha) => of(sha).promise, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}
