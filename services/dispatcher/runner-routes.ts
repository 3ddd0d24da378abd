import { type HttpServer, type Log, type RouteTokens, serveRoute } from '@narwhal/host'
import { heartbeatRunner, listRunners, registerRunner, type RunnerView, unregisterRunner } from '@narwhal/protocol'
import { countHeartbeat } from './count-heartbeat.ts'
import type { Change, Changes } from './changes.ts'
import type { Presence } from './presence.ts'
import { putRunner, removeRunner } from './register-runner.ts'

export interface RunnerRoutesDeps {
  readonly changes: Changes
  readonly presence: Presence
  readonly tokens: RouteTokens
  readonly heartbeatMs: number
  readonly log: Log
}

/** Registration and heartbeats of runners, and the list of them. */
export function serveRunnerRoutes(server: HttpServer, deps: RunnerRoutesDeps): void {
  const { changes, presence, tokens, log } = deps
  serveRoute(server, registerRunner, {
    tokens,
    answer: async ({ body }) => {
      await changes.change((change) => putRunner(change, body, log))
      log.info({ runner: body.name, url: body.url, slots: body.slots }, 'a runner registered')
      return { heartbeatMs: deps.heartbeatMs }
    },
  })
  serveRoute(server, heartbeatRunner, {
    tokens,
    answer: async ({ params: { runnerId } }) => {
      await changes.change((change) => countHeartbeat(change, runnerId, presence))
    },
  })
  serveRoute(server, unregisterRunner, {
    tokens,
    answer: ({ params }) => changes.change((change) => removeRunner(change, params.runnerId, log)),
  })
  serveRoute(server, listRunners, {
    tokens,
    answer: async () => ({ runners: await changes.change((change) => viewRunners(change, presence)) }),
  })
}

async function viewRunners({ tables }: Change, presence: Presence): Promise<RunnerView[]> {
  const held = await tables.attempts.listHeld()
  return (await tables.runners.list()).map(({ id, name, url, slots, labels, registeredAt }) => ({
    id,
    name,
    url,
    slots,
    labels: [...labels],
    registeredAt,
    held: held.filter(({ runnerId }) => runnerId === id).length,
    state: presence.isSilent(id) ? 'silent' : 'online',
  }))
}
