import { join } from 'node:path'
import { type Clock, Counter, Gauge, type HttpServer, type Log, type Registry, startLoop } from '@narwhal/host'
import { forgeHostOf } from '@narwhal/protocol'
import type { Queue } from '@narwhal/queue'
import { type GitHubAccount, openForge } from './open-forge.ts'
import { openOutbox, type Outbox } from './outbox.ts'
import { relayReplies } from './relay-replies.ts'
import { startReportLoop } from './report-loop.ts'
import { sendStatus } from './send-status.ts'
import { takeEvents } from './take-events.ts'
import { writeResultFile } from './write-result-file.ts'

export interface ReporterDeps {
  /** Not listening yet; the reporter adds its readiness and no route. */
  readonly server: HttpServer
  readonly queue: Queue
  readonly outbox: Outbox
  /** The directory of the result files. */
  readonly results: string
  /** Absent: no commit statuses, only files. */
  readonly github?: GitHubAccount
  /** Where people reach the dispatcher; the links of commit statuses begin with it. */
  readonly publicUrl: string
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Registry
}

/** Tells how builds ended: by result files, and by commit statuses at the forge. Disposing leaves the rest to the next start. */
export async function startReporter(deps: ReporterDeps): Promise<AsyncDisposable> {
  const { server, queue, outbox, results, github, clock, log } = deps
  await using started = new AsyncDisposableStack()
  const telling = { outbox, clock, log, answers: openReporterMetrics(deps) }
  const forgeHost = github === undefined ? undefined : forgeHostOf(github.apiUrl)
  server.addReadiness('queue', () => queue.readiness())
  started.use(startReportLoop('file', (report) => writeResultFile(report, results), telling))
  if (github !== undefined && forgeHost !== undefined) {
    const forge = await openForge(github, log)
    const sending = { forge, forgeHost, publicUrl: deps.publicUrl.replace(/\/+$/, ''), clock }
    started.use(startReportLoop('github-status', (report) => sendStatus(report, sending), telling))
  }
  const take = (signal: AbortSignal) => takeEvents({ queue, outbox, forgeHost, clock, log, signal })
  started.use(startLoop(take, { name: 'take build events', clock, log }))
  const relay = (signal: AbortSignal) => relayReplies({ queue, outbox, signal })
  started.use(startLoop(relay, { name: 'reply to the dispatcher', clock, log }))
  return started.move()
}

/** Opens the outbox in the reporter's directory of data. @throws {ProblemError} STORE_UNAVAILABLE */
export function openReporterOutbox(data: string): Promise<Outbox> {
  return openOutbox(join(data, 'outbox.sqlite'))
}

function openReporterMetrics({ metrics, outbox }: ReporterDeps): Counter<'target' | 'answer'> {
  const registers = [metrics]
  new Gauge({
    name: 'narwhal_outbox_reports',
    help: 'Reports that wait until their target was told',
    labelNames: ['target'],
    registers,
    async collect() {
      const depth = await outbox.depth()
      for (const target of ['file', 'github-status'] as const) this.set({ target }, depth.get(target) ?? 0)
    },
  })
  return new Counter({
    name: 'narwhal_reports_total',
    help: 'Tries to tell a report by how they ended',
    labelNames: ['target', 'answer'],
    registers,
  })
}
