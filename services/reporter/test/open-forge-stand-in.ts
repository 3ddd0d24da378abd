import { openHttpServer, openMetrics, silentLog } from '@narwhal/host'

/** What the stand-in answers to one POST. */
export interface ForgeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly message?: string
}

export interface PostedStatus {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: {
    readonly state: string
    readonly description: string
    readonly context: string
    readonly target_url: string
  }
  readonly answered: number
}

/** A forge on a port of its own: remembers what was posted, answers 201 or what was put into `answers`, and lists what it took. */
export async function openForgeStandIn() {
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  const posted: PostedStatus[] = []
  const answers: ForgeAnswer[] = []
  const listAnswers: ForgeAnswer[] = []
  const held: PromiseWithResolvers<void>[] = []
  const state = { isHolding: false }

  server.app.post<{ Body: PostedStatus['body'] }>('/repos/:owner/:name/statuses/:sha', async (request, reply) => {
    const { status, headers = {}, message = 'said by the forge' } = answers.shift() ?? { status: 201 }
    const { authorization } = request.headers
    posted.push({ path: request.url, authorization, body: request.body, answered: status })
    if (state.isHolding) {
      const hold = Promise.withResolvers<void>()
      held.push(hold)
      await hold.promise
    }
    return reply.code(status).headers(headers).send({ message })
  })

  server.app.get<{ Params: { sha: string } }>(
    '/repos/:owner/:name/commits/:sha/statuses',
    async ({ params }, reply) => {
      const { status = 200, message = 'said by the forge' } = listAnswers.shift() ?? {}
      if (status !== 200) return reply.code(status).send({ message })
      return posted
        .filter(({ answered, path }) => answered === 201 && path.endsWith(params.sha))
        .map(({ body }) => body)
        .toReversed()
    },
  )

  const apiUrl = await server.listen()
  return {
    apiUrl,
    posted,
    answers,
    /** To those who ask what it shows. */
    listAnswers,
    /** Answers are held back from here on. */
    hold: () => void (state.isHolding = true),
    release() {
      state.isHolding = false
      for (const hold of held.splice(0)) hold.resolve()
    },
    /** The states that it took, in their order. */
    shown: () => posted.filter(({ answered }) => answered === 201).map(({ body }) => body.state),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
