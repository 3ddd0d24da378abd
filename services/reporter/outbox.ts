import { newId, openWake, type Wake } from '@narwhal/host'
import type { BuildEventMessage, ProblemError, ReportMessage, ReportView } from '@narwhal/protocol'
import { openSqlite } from '@narwhal/store'
import type { Kysely } from 'kysely'
import { markHead } from './mark-head.ts'
import { keepReport } from './keep-report.ts'
import { type OutboxSchema, outboxMigrations } from './outbox-schema.ts'
import type { StatusReceipt } from './open-forge.ts'
import type { Report, ReportTarget } from './report.ts'
import { type Due, type DueQuestion, selectDue } from './select-due.ts'

// 1. What `take` resolved for is on the disk (synchronous=FULL), and stays until it is told, given up or replaced.
// 2. Of each build and target only the newest state waits; after its end was taken, nothing else is (keep-report.ts).
// 3. Of each lane only the oldest report is due: a later one waits until that is told or given up.

/** A build event, the targets that are to be told, and where nobody is to be told and why. */
export interface EventToTell {
  readonly event: BuildEventMessage
  readonly targets: readonly ReportTarget[]
  readonly untold?: readonly ReportView[]
}

/** What is to be told and what was; durable. */
export interface Outbox extends AsyncDisposable {
  /** Woken when there may be something new for the target. For the loop of the target alone. */
  readonly arrivals: Readonly<Record<ReportTarget, Wake>>
  /** Woken when there is something new for the dispatcher. */
  readonly replyArrivals: Wake
  /** Keeps a batch and what is to be said back of it, all or nothing; repeated and late events change nothing. */
  take(events: readonly EventToTell[], replies: readonly ReportMessage[]): Promise<void>
  /** The oldest reports that may be told at `at` (monotonic milliseconds), and when the next one may be. */
  due(target: ReportTarget, question: DueQuestion): Promise<Due>
  /**
   * Forgets a report that the target was told at `at` (milliseconds since the epoch), and keeps the reply about an end; `told`
   * is what the target shows now, absent: the same as before.
   */
  settleTold(report: Report, told: string | undefined, at: number): Promise<void>
  /** Keeps what the target shows now, and that the report is due again at once: what that has covered is to be looked at. */
  keepPosted(report: Report, told: string, receipt: StatusReceipt): Promise<void>
  /** Forgets a report that nobody takes, but not why, and keeps the reply about an end. */
  settleRefused(report: Report, cause: ProblemError, at: number): Promise<void>
  /** The oldest replies to the dispatcher. */
  replies(limit: number): Promise<readonly { readonly id: string; readonly body: string }[]>
  removeReplies(ids: readonly string[]): Promise<void>
  /** Lets the lane of a report that was tried in vain rest until `until` (monotonic milliseconds). */
  rest(report: Report, until: number): Promise<void>
  depth(): Promise<ReadonlyMap<ReportTarget, number>>
}

/** Opens the file of the outbox, or makes it. One process a file. @throws {ProblemError} STORE_UNAVAILABLE */
export async function openOutbox(path: string): Promise<Outbox> {
  return openOutboxIn(await openSqlite<OutboxSchema>(path, outboxMigrations))
}

/** An outbox in a store that is open and has the schema; the outbox owns it from here. */
export async function openOutboxIn(store: Kysely<OutboxSchema>): Promise<Outbox> {
  await store.updateTable('reports').set({ tries: 0, rests_until: 0 }).where('tries', '>', 0).execute()
  const arrivals = { file: openWake(), 'github-status': openWake() }
  const replyArrivals = openWake()
  const settleReport = async (report: Report, settled: Settled) => {
    await settle(store, report, settled)
    if (isEnd(report)) replyArrivals.wake()
  }

  return {
    arrivals,
    replyArrivals,
    async take(events, replies) {
      const untold = events.flatMap(({ event, untold: views = [] }) => views.map((view) => replyAbout(event, view)))
      await store.transaction().execute(async (change) => {
        for (const { event, targets } of events) for (const target of targets) await keepReport(change, event, target)
        for (const reply of [...untold, ...replies]) await insertReply(change, reply)
      })
      for (const target of new Set(events.flatMap(({ targets }) => targets))) arrivals[target].wake()
      if (untold.length + replies.length > 0) replyArrivals.wake()
    },
    due: (target, question) => selectDue(store, target, question),
    async settleTold(report, told, at) {
      const end = { refusal_code: null, refusal: null, ...(told === undefined ? {} : { told }) }
      await settleReport(report, { end, view: { target: report.target, state: 'delivered', at } })
    },
    async keepPosted({ position, target, build }, told, receipt) {
      const key = { build_id: build.id, target }
      await store.transaction().execute(async (change) => {
        await change.updateTable('reports').set({ rests_until: 0 }).where('position', '=', position).execute()
        await change
          .updateTable('progress')
          .set({ told, receipt: JSON.stringify(receipt) })
          .where((row) => row.and(key))
          .execute()
      })
    },
    async settleRefused(report, { code, message }, at) {
      const view = { target: report.target, state: 'refused', code, detail: message.slice(0, 4_096), at } as const
      await settleReport(report, { end: { refusal_code: code, refusal: message }, view })
    },
    replies: (limit) => store.selectFrom('replies').select(['id', 'body']).orderBy('position').limit(limit).execute(),
    async removeReplies(ids) {
      await store.deleteFrom('replies').where('id', 'in', ids).execute()
    },
    async rest({ position, tries }, until) {
      const resting = { tries: tries + 1, rests_until: until }
      await store.updateTable('reports').set(resting).where('position', '=', position).execute()
    },
    depth: () => depthOf(store),
    [Symbol.asyncDispose]: () => store.destroy(),
  }
}

async function depthOf(store: Kysely<OutboxSchema>): Promise<ReadonlyMap<ReportTarget, number>> {
  const rows = await store
    .selectFrom('reports')
    .select(({ fn }) => ['target', fn.countAll<number>().as('count')])
    .groupBy('target')
    .execute()
  return new Map(rows.map(({ target, count }) => [target, count]))
}

function isEnd({ build }: Report): boolean {
  return build.state === 'finished'
}

function replyAbout(event: Pick<BuildEventMessage, 'build' | 'sequence'>, report: ReportView): ReportMessage {
  const { build, sequence } = event
  return { version: 1, id: newId(report.at), type: 'report', buildId: build.id, sequence, report }
}

async function insertReply(store: Kysely<OutboxSchema>, reply: ReportMessage): Promise<void> {
  await store
    .insertInto('replies')
    .values({ id: reply.id, body: JSON.stringify(reply) })
    .execute()
}

interface Settled {
  readonly end: Partial<Pick<OutboxSchema['progress'], 'told' | 'refusal_code' | 'refusal'>>
  readonly view: ReportView
}

/**
 * A report that was replaced while it was being told is gone already; what the target shows is kept all the same. The
 * dispatcher hears of the ends of builds.
 */
async function settle(store: Kysely<OutboxSchema>, report: Report, { end, view }: Settled): Promise<void> {
  const { position, target, lane, build } = report
  await store.transaction().execute(async (change) => {
    if (isEnd(report)) await insertReply(change, replyAbout(report, view))
    await change.deleteFrom('reports').where('position', '=', position).execute()
    await markHead(change, { target, lane })
    const key = { build_id: build.id, target }
    await change
      .updateTable('progress')
      .set({ ...end, receipt: null })
      .where((row) => row.and(key))
      .execute()
  })
}
