import { failpoint, type HttpServer, serveRoute } from '@narwhal/host'
import { cancelAttempt, type Offer, offerAttempt, problem } from '@narwhal/protocol'
import type { AttemptStop } from './attempt-stop.ts'
import type { Slots } from './slots.ts'

export interface OfferRouteDeps {
  readonly runnerToken: string
  readonly slots: Slots
  /** Begins an attempt whose slot was taken. */
  readonly start: (offer: Offer, stop: AttemptStop) => void
}

/** Serves what the dispatcher asks of a runner: take an attempt, stop one. */
export function serveOffers(server: HttpServer, { runnerToken, slots, start }: OfferRouteDeps): void {
  const tokens = { runner: runnerToken }
  serveRoute(server, offerAttempt, {
    tokens,
    answer: async ({ body }) => {
      const stop = slots.take(body.attemptId)
      if (stop !== undefined) start(body, stop)
      await failpoint('runner.after-offer')
      return { free: slots.free() }
    },
  })
  serveRoute(server, cancelAttempt, {
    tokens,
    answer: async ({ params, body }) => {
      const stop = slots.stopOf(params.attemptId)
      if (stop === undefined) throw problem('OFFER_UNKNOWN', `Attempt ${params.attemptId} is not here`)
      stop.cancel(body.because)
    },
  })
}
