import { openWake, type Wake } from '@narwhal/host'
import { type BuildEventMessage, buildEventsTopic, type ProblemError } from '@narwhal/protocol'
import { openSqlite } from '@narwhal/store'
import type { Kysely } from 'kysely'
import { keepReport } from './keep-report.ts'
import { type OutboxSchema, outboxMigrations } from './outbox-schema.ts'
import type { Report, ReportTarget } from './report.ts'

// 1. What `take` resolved for is on the disk (synchronous=FULL), and stays until it is told, given up or replaced.
// 2. Of each build and target only the newest state waits; after its end was taken, nothing else is (keep-report.ts).
// 3. Of each lane only the oldest report is due: a later one waits until that is told or given up.

/** A build event, and the targets that are to be told. */
export interface EventToTell {
  readonly event: BuildEventMessage
  readonly targets: readonly ReportTarget[]
}

/** A message that nobody can read. */
export interface Unreadable {
  readonly id: string
  readonly body: string
  readonly because: string
  readonly at: number
}

/** What is to be told and what was; durable. */
export interface Outbox extends AsyncDisposable {
  /** Woken when there may be something new for the target. For the loop of the target alone. */
  readonly arrivals: Readonly<Record<ReportTarget, Wake>>
  /** Keeps a batch, all or nothing; repeated and late events change nothing. */
  take(events: readonly EventToTell[], unreadable: readonly Unreadable[]): Promise<void>
  /** The oldest reports that may be told at `at` (monotonic milliseconds), and when the next one may be. */
  due(target: ReportTarget, question: DueQuestion): Promise<Due>
  /** Forgets a report that the target was told; `told` is what it shows now, absent: the same as before. */
  settleTold(report: Report, told: string | undefined): Promise<void>
  /** Forgets a report that nobody takes, but not why. */
  settleRefused(report: Report, cause: ProblemError): Promise<void>
  /** Lets the lane of a report that was tried in vain rest until `until` (monotonic milliseconds). */
  rest(report: Report, until: number): Promise<void>
  depth(): Promise<ReadonlyMap<ReportTarget, number>>
}

export interface DueQuestion {
  readonly at: number
  readonly exceptLanes: readonly string[]
  readonly limit: number
}

export interface Due {
  readonly reports: readonly Report[]
  /** Absent when no report rests. */
  readonly nextAt?: number
}

/** Opens the file of the outbox, or makes it. One process a file. @throws {ProblemError} STORE_UNAVAILABLE */
export async function openOutbox(path: string): Promise<Outbox> {
  return openOutboxIn(await openSqlite<OutboxSchema>(path, outboxMigrations))
}

/** An outbox in a store that is open and has the schema; the outbox owns it from here. */
export async function openOutboxIn(store: Kysely<OutboxSchema>): Promise<Outbox> {
  await store.updateTable('reports').set({ tries: 0, rests_until: 0 }).execute()
  const arrivals = { file: openWake(), 'github-status': openWake() }

  return {
    arrivals,
    async take(events, unreadable) {
      await store.transaction().execute(async (change) => {
        for (const { event, targets } of events) for (const target of targets) await keepReport(change, event, target)
        for (const one of unreadable) await insertUnreadable(change, one)
      })
      for (const target of new Set(events.flatMap(({ targets }) => targets))) arrivals[target].wake()
    },
    due: (target, question) => selectDue(store, target, question),
    settleTold: (report, told) =>
      settle(store, report, { refusal_code: null, refusal: null, ...(told === undefined ? {} : { told }) }),
    settleRefused: (report, { code, message }) => settle(store, report, { refusal_code: code, refusal: message }),
    async rest({ position, tries }, until) {
      const resting = { tries: tries + 1, rests_until: until }
      await store.updateTable('reports').set(resting).where('position', '=', position).execute()
    },
    async depth() {
      const rows = await store
        .selectFrom('reports')
        .select(({ fn }) => ['target', fn.countAll<number>().as('count')])
        .groupBy('target')
        .execute()
      return new Map(rows.map(({ target, count }) => [target, count]))
    },
    [Symbol.asyncDispose]: () => store.destroy(),
  }
}

async function insertUnreadable(store: Kysely<OutboxSchema>, unreadable: Unreadable): Promise<void> {
  await store
    .insertInto('quarantine')
    .values({ ...unreadable, topic: buildEventsTopic.name })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

type Settled = Partial<Pick<OutboxSchema['progress'], 'told' | 'refusal_code' | 'refusal'>>

/** A report that was replaced while it was being told is gone already; what the target shows is kept all the same. */
async function settle(store: Kysely<OutboxSchema>, { position, target, build }: Report, end: Settled): Promise<void> {
  await store.transaction().execute(async (change) => {
    await change.deleteFrom('reports').where('position', '=', position).execute()
    const key = { build_id: build.id, target }
    await change
      .updateTable('progress')
      .set(end)
      .where((row) => row.and(key))
      .execute()
  })
}

async function selectDue(store: Kysely<OutboxSchema>, target: ReportTarget, question: DueQuestion): Promise<Due> {
  const { at, exceptLanes, limit } = question
  const heads = store
    .selectFrom('reports')
    .select(({ fn }) => fn.min('position').as('position'))
    .where('target', '=', target)
    .$if(exceptLanes.length > 0, (query) => query.where('lane', 'not in', exceptLanes))
    .groupBy('lane')
  const rows = await store
    .selectFrom('reports')
    .innerJoin('progress', (join) =>
      join.onRef('progress.build_id', '=', 'reports.build_id').onRef('progress.target', '=', 'reports.target'),
    )
    .select(['reports.position', 'reports.lane', 'reports.tries', 'reports.build', 'progress.told'])
    .where('reports.position', 'in', heads)
    .where('reports.rests_until', '<=', at)
    .orderBy('reports.position')
    .limit(limit)
    .execute()
  const next = await store
    .selectFrom('reports')
    .select(({ fn }) => fn.min<number | null>('rests_until').as('at'))
    .where('position', 'in', heads)
    .where('rests_until', '>', at)
    .executeTakeFirst()
  const reports = rows.map(({ position, lane, tries, build, told }): Report => {
    return { position, target, lane, tries, build: JSON.parse(build), ...(told === null ? {} : { told }) }
  })
  return typeof next?.at === 'number' ? { reports, nextAt: next.at } : { reports }
}
