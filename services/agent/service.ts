import { join } from 'node:path'
import { lookAtHeads } from '@narwhal/git'
import { type Clock, Counter, Gauge, type HttpServer, type Log, type Registry } from '@narwhal/host'
import type { Queue } from '@narwhal/queue'
import { type Inbox, openInbox } from './inbox.ts'
import { startRelay } from './relay.ts'
import { startSweep, type SweepOptions } from './sweep/start-sweep.ts'
import { webhookSecret } from './verify-signature.ts'
import { type LookAtHeads, type Watched, watchRepository } from './watch-repository.ts'
import { serveWebhooks } from './webhook-route.ts'

export interface AgentDeps {
  /** Not listening yet; the agent adds its route, its readiness and nothing else. */
  readonly server: HttpServer
  readonly queue: Queue
  readonly inbox: Inbox
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Registry
  /** One, or two while it is being changed. */
  readonly webhookSecrets: readonly string[]
  /** The host of the repositories that webhooks tell of, such as `github.com`. */
  readonly forgeHost: string
  readonly watched?: readonly Watched[]
  readonly lookAtHeads?: LookAtHeads
  /** How to find what webhooks did not tell; absent: nothing is swept. */
  readonly sweep?: SweepOptions
}

/** Hears of commits by webhooks and by looking at watched repositories, keeps them, and relays them to the queue. */
export async function startAgent(deps: AgentDeps): Promise<AsyncDisposable> {
  const { server, queue, inbox, clock, log, webhookSecrets, forgeHost, sweep } = deps
  await using undo = new AsyncDisposableStack()
  const { answers, relayed, found } = openAgentMetrics(deps)
  serveWebhooks({ server, answers, inbox, clock, forgeHost, secrets: webhookSecrets.map(webhookSecret) })
  server.addReadiness('queue', () => queue.readiness())
  server.addReadiness('inbox', () => inbox.readiness())
  undo.use(startRelay({ inbox, queue, clock, log, relayed }))
  for (const watched of deps.watched ?? [])
    undo.use(watchRepository(watched, { inbox, clock, log, lookAtHeads: deps.lookAtHeads ?? lookAtHeads }))
  if (sweep !== undefined) undo.use(startSweep({ ...deps, ...sweep, found }))
  return undo.move()
}

/** Opens the inbox in the agent's directory of data. @throws {ProblemError} STORE_UNAVAILABLE */
export function openAgentInbox(data: string, options: { limitBytes: number; clock: Clock }): Promise<Inbox> {
  return openInbox(join(data, 'inbox.sqlite'), options)
}

function openAgentMetrics({ metrics, inbox }: AgentDeps) {
  const registers = [metrics]
  new Gauge({
    name: 'narwhal_inbox_messages',
    help: 'Messages that the agent keeps until the queue has them',
    registers,
    async collect() {
      this.set(await inbox.depth())
    },
  })
  return {
    answers: new Counter({
      name: 'narwhal_webhooks_total',
      help: 'Deliveries of webhooks by how they were answered',
      labelNames: ['answer'],
      registers,
    }),
    relayed: new Counter({ name: 'narwhal_relayed_total', help: 'Messages that the queue confirmed', registers }),
    found: new Counter({
      name: 'narwhal_swept_commits_total',
      help: 'Commits that no webhook told of, by how a sweep found them',
      labelNames: ['by'],
      registers,
    }),
  }
}
