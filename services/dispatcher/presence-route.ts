import { Readable } from 'node:stream'
import { type HttpServer, type RouteTokens, serveRoute } from '@narwhal/host'
import { followRunner } from '@narwhal/protocol'
import { countHeartbeat } from './count-heartbeat.ts'
import { type SuspectRunnerDeps, suspectRunner } from './suspect-runner.ts'

// 1. A runner has one stream here: a newer one takes the place of the older, whose end then means nothing.
// 2. A stream that this dispatcher ends, since it stops itself, means nothing either.
// 3. Any other end makes the runner a suspect: also that of a stream on which nothing fails while its runner is silent, as
//    when the cable is cut.

export interface PresenceRouteDeps extends SuspectRunnerDeps {
  readonly tokens: RouteTokens
}

/** A comment goes out this often, in milliseconds: nothing between here and the runner thinks the stream dead. */
const quietMs = 2_000

/** Holds the presence streams of runners. */
export function servePresence(server: HttpServer, deps: PresenceRouteDeps): void {
  const { changes, presence, log, tokens } = deps
  const streams = new Map<string, AbortController>()
  serveRoute(server, followRunner, {
    tokens,
    answer: async ({ params: { runnerId }, reply }) => {
      await changes.change((change) => countHeartbeat(change, runnerId, presence))
      if (reply.raw.destroyed) return
      const stream = new AbortController()
      const former = streams.get(runnerId)
      streams.set(runnerId, stream)
      former?.abort()
      reply.raw.once('close', () => {
        stream.abort()
        if (streams.get(runnerId) !== stream) return
        streams.delete(runnerId)
        if (deps.signal.aborted) return
        suspectRunner(deps, runnerId).catch((error: unknown) => {
          if (!deps.signal.aborted) log.error({ err: error, runnerId }, 'a runner was not looked for')
        })
      })
      reply
        .header('content-type', 'text/event-stream')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
      const signal = AbortSignal.any([stream.signal, deps.signal])
      await reply.send(Readable.from(comments(deps, runnerId, signal)))
    },
  })
}

async function* comments({ presence, clock }: PresenceRouteDeps, runnerId: string, signal: AbortSignal) {
  while (!signal.aborted && !presence.isSilent(runnerId)) {
    yield ': present\n\n'
    await clock.sleep(quietMs, signal).catch(() => undefined)
  }
}
