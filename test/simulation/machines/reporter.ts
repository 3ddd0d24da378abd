import { Counter, startLoop } from '@narwhal/host'
import {
  type OutboxSchema,
  openOutboxIn,
  relayReplies,
  type Report,
  type ReportAnswer,
  sendStatus,
  startReportLoop,
  takeEvents,
} from '@narwhal/reporter/parts'
import { problem } from '@narwhal/protocol'
import { type Life, never } from '../core/life.ts'
import type { Around } from './around.ts'
import { forgeHost } from './agent.ts'
import { portsOf } from './ports-of.ts'
import type { Disk } from '../world/disk.ts'

/** Boots a reporter: its service, but for GitHub's own client and the files of results. */
export function bootReporter(around: Around, disk: Disk) {
  return async (life: Life): Promise<AsyncDisposable> => {
    const { queue, clock, log, metrics } = portsOf(around, life)
    const outbox = await openOutboxIn(disk.open<OutboxSchema>(life))
    await using started = new AsyncDisposableStack()
    const labels = { labelNames: ['target', 'answer'] as const }
    const answers = new Counter({ name: 'narwhal_reports_total', help: 'Reports', ...labels, registers: [metrics] })
    const telling = { outbox, clock, log, answers }
    const sending = { forge: around.forge.accountOf(life), forgeHost, publicUrl: 'http://dispatchers', clock }
    started.use(startReportLoop('file', (report) => writeFile(around, life, report), telling))
    started.use(startReportLoop('github-status', (report) => sendStatus(report, sending), telling))
    const take = (signal: AbortSignal) => takeEvents({ queue, outbox, forgeHost, clock, log, signal })
    started.use(startLoop(take, { name: 'take build events', clock, log }))
    const relay = (signal: AbortSignal) => relayReplies({ queue, outbox, signal })
    started.use(startLoop(relay, { name: 'reply to the dispatcher', clock, log }))
    return started.move()
  }
}

async function writeFile({ world, forge }: Around, life: Life, { build }: Report): Promise<ReportAnswer> {
  if (!life.passes()) return never
  await life.answer(world.chance.between('file', 0.1, 5), () => undefined)
  if (world.decisions.happens('disk-unknown', `${life.machine.name} files`)) {
    return { type: 'failed', cause: problem('RESULT_NOT_WRITTEN', build.id) }
  }
  forge.files.set(build.id, build)
  return { type: 'delivered', told: build.id }
}
