import {
  type HttpClient,
  type HttpServer,
  newId,
  openHttpClient,
  openHttpServer,
  openMetrics,
  serveRoute,
  silentLog,
} from '@narwhal/host'
import {
  type AttemptReport,
  cancelAttempt,
  followRunner,
  heartbeatRunner,
  type Offer,
  offerAttempt,
  problem,
  registerRunner,
  renewAttempt,
  reportAttempt,
  resolveRef,
  unregisterRunner,
} from '@narwhal/protocol'
import { expect, vi } from 'vitest'

export interface PaperRunnerDeps {
  readonly name: string
  readonly slots: number
  readonly labels: readonly string[]
  readonly runnerToken: string
  readonly dispatcherUrl: string
  readonly client: HttpClient
}

type Refusal = 'RUNNER_FULL' | 'INTERNAL'

/** The other end of the runner protocol, on real HTTP: it takes offers and says only what a test tells it to say. */
export interface PaperRunner extends AsyncDisposable {
  readonly id: string
  readonly offers: readonly Offer[]
  readonly cancelled: readonly string[]
  /** The offer of that place, once it has come. */
  offer(place: number): Promise<Offer>
  /** From now on it refuses; or fails, so that nobody knows whether it took the offer. */
  refuse(how?: Refusal): void
  register(attempts?: readonly string[]): Promise<void>
  /** As the same process, holding nothing as far as it knows. */
  registerAgain(): Promise<void>
  heartbeat(): Promise<void>
  unregister(): Promise<void>
  /** Opens its presence stream, here or at another dispatcher, and hears the first of it. Disposing ends it. */
  present(url?: string): Promise<AsyncDisposable>
  /** Nobody listens at its address any more. What it opened stays open. */
  leaveAddress(): Promise<void>
  report(
    offer: Offer,
    report: Partial<AttemptReport>,
  ): ReturnType<HttpClient['call']> & Promise<{ cancel?: string; next?: Offer }>
  renew(offer: Offer): Promise<{ cancel?: string }>
}

export async function openPaperRunner(deps: PaperRunnerDeps): Promise<PaperRunner> {
  const { name, slots, labels, runnerToken, dispatcherUrl: baseUrl, client } = deps
  const state = { offers: [] as Offer[], cancelled: [] as string[], refuses: undefined as Refusal | undefined }
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  servePaper(server, { runner: runnerToken }, state)
  const url = await server.listen()
  const id = newId(1)
  const params = { runnerId: id }
  let life: string = crypto.randomUUID()
  const register = async (attempts: readonly string[]) => {
    const body = { id, name, url, slots, labels: [...labels], life, attempts: [...attempts] }
    await client.call(registerRunner, { baseUrl, token: runnerToken, body })
  }
  const runner: PaperRunner = {
    id,
    offers: state.offers,
    cancelled: state.cancelled,
    offer: (place) =>
      vi.waitFor(() => (expect(state.offers.length).toBeGreaterThan(place), pick(state.offers, place)), {
        timeout: 5_000,
      }),
    refuse: (how = 'RUNNER_FULL') => void (state.refuses = how),
    registerAgain: () => register([]),
    register(attempts = []) {
      life = crypto.randomUUID()
      return register(attempts)
    },
    unregister: () => client.call(unregisterRunner, { baseUrl, token: runnerToken, params }),
    present: (at = baseUrl) => openPresence(at, id, runnerToken),
    leaveAddress: async () => server[Symbol.asyncDispose](),
    heartbeat: () => client.call(heartbeatRunner, { baseUrl, token: runnerToken, params }),
    report: (offer, report) =>
      client.call(reportAttempt, {
        baseUrl,
        token: offer.token,
        params: { attemptId: offer.attemptId },
        body: { events: [], chunks: [], ...report },
      }),
    renew: (offer) =>
      client.call(renewAttempt, { baseUrl, token: offer.token, params: { attemptId: offer.attemptId } }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  await runner.register()
  return runner
}

/** Over a connection of its own, as a process has it. */
export async function openPresence(url: string, runnerId: string, token: string): Promise<AsyncDisposable> {
  const client = openHttpClient()
  const stream = await client.download(followRunner, { baseUrl: url, token, params: { runnerId } })
  const first = await stream[Symbol.asyncIterator]().next()
  expect(Buffer.from(first.value ?? []).toString()).toBe(': present\n\n')
  return { [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() }
}

function pick(offers: readonly Offer[], place: number): Offer {
  const offer = offers[place]
  if (offer === undefined) throw problem('OFFER_UNKNOWN', `no offer ${place} yet`)
  return offer
}

interface Paper {
  readonly offers: Offer[]
  readonly cancelled: string[]
  refuses: Refusal | undefined
}

function servePaper(server: HttpServer, tokens: { runner: string }, paper: Paper): void {
  serveRoute(server, offerAttempt, {
    tokens,
    answer: async ({ body }) => {
      if (paper.refuses !== undefined) throw problem(paper.refuses, 'no slot')
      paper.offers.push(body)
      return { free: 0 }
    },
  })
  serveRoute(server, cancelAttempt, {
    tokens,
    answer: async ({ params }) => void paper.cancelled.push(params.attemptId),
  })
  serveRoute(server, resolveRef, { tokens, answer: async () => ({ sha: 'f'.repeat(40) }) })
}
