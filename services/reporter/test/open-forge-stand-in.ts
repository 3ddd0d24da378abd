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

/** As GitHub names accounts. */
export interface ForgeCreator {
  readonly id: number
  readonly login: string
}

/** The account of every token. */
const tokenCreator: ForgeCreator = { id: 7, login: 'narwhal-bot' }

interface TakenStatus {
  readonly sha: string
  readonly body: PostedStatus['body']
  readonly creator: ForgeCreator
}

type Page = Readonly<Record<'per_page' | 'page', string | undefined>>

/** A forge on a port of its own: remembers what was posted, answers 201 or what was put into `answers`, and lists what it took. */
export async function openForgeStandIn() {
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  const posted: PostedStatus[] = []
  const taken: TakenStatus[] = []
  const listed: string[] = []
  const answers: ForgeAnswer[] = []
  const listAnswers: ForgeAnswer[] = []
  const held: PromiseWithResolvers<void>[] = []
  const state = { isHolding: false, namesCreators: true }

  const route = '/repos/:owner/:name/statuses/:sha'
  server.app.post<{ Params: { sha: string }; Body: PostedStatus['body'] }>(route, async (request, reply) => {
    const { status, headers = {}, message = 'said by the forge' } = answers.shift() ?? { status: 201 }
    const { body, url: path } = request
    posted.push({ path, authorization: request.headers.authorization, body, answered: status })
    if (status === 201) taken.push({ sha: request.params.sha, body, creator: tokenCreator })
    const id = taken.length
    if (state.isHolding) {
      const hold = Promise.withResolvers<void>()
      held.push(hold)
      await hold.promise
    }
    const said = status === 201 ? { id, ...(state.namesCreators ? { creator: tokenCreator } : {}) } : { message }
    return reply.code(status).headers(headers).send(said)
  })

  const listRoute = '/repos/:owner/:name/commits/:sha/statuses'
  server.app.get<{ Params: { sha: string }; Querystring: Page }>(listRoute, async ({ params, query }, reply) => {
    const all = taken.map(({ sha, body, creator }, place) => ({ id: place + 1, sha, creator, ...body }))
    const known = all.filter(({ sha }) => sha === params.sha)
    listed.push(known.at(-1)?.state ?? 'nothing')
    const { status = 200, message = 'said by the forge' } = listAnswers.shift() ?? {}
    if (status !== 200) return reply.code(status).send({ message })
    return pageOf(known.toReversed(), query)
  })

  const apiUrl = await server.listen()
  return {
    apiUrl,
    posted,
    answers,
    /** To those who ask what it shows. */
    listAnswers,
    /** The state on top each time that it was asked for a page. */
    listed,
    /** What somebody sets who is not us. */
    take: (sha: string, body: PostedStatus['body'], creator: ForgeCreator) => void taken.push({ sha, body, creator }),
    /** From here on it does not say whose a status is that it takes. */
    hideCreators: () => void (state.namesCreators = false),
    /** Answers are held back from here on. */
    hold: () => void (state.isHolding = true),
    release() {
      state.isHolding = false
      for (const hold of held.splice(0)) hold.resolve()
    },
    /** The states that it took, in their order. */
    shown: () => taken.map(({ body }) => body.state),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** As GitHub does it. */
function pageOf<Item>(items: readonly Item[], { per_page = '30', page = '1' }: Page): readonly Item[] {
  const first = (Number(page) - 1) * Number(per_page)
  return items.slice(first, first + Number(per_page))
}
