import type { PlannedJob } from '@narwhal/protocol'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Claims, JobQuery } from '../claims.ts'
import type { Schema } from '../schema.ts'
import type { JobRecord, JobTable, QueueOptions } from '../job-table.ts'

// 1. In a concurrency group the held jobs have the first places, then the queued ones by age; who is beyond the limit waits.
// 2. The same holds for builds: those that have begun come first.
// 3. Jobs whose build waits for its turn take no place in their own group, so that the two orders cannot block each other.

/** Priorities, the most urgent first; a job's column holds its place here. */
export const priorities: readonly PlannedJob['priority'][] = ['high', 'normal', 'background']

/** The longest wait after a setback, but for what the pipeline says itself. In milliseconds. */
export const longestBackoffMs = 60_000

type QueueReads = 'listQueued' | 'listHeldBack' | 'lowestQueued' | 'nextNotBefore' | 'listWaitingSince'

/** The part of the jobs that reads the queue. */
export function jobQueue(
  db: Kysely<Schema>,
  { claims, recordOf }: { readonly claims: Claims; readonly recordOf: (row: Selectable<Schema['jobs']>) => JobRecord },
): Pick<JobTable, QueueReads> {
  const queued = () => db.selectFrom('jobs').where('state', '=', 'queued')
  return {
    async listQueued(options) {
      const query = queuedJobs(db, options)
      const rows = await (options.claim === true ? claims.jobs(query) : query).execute()
      return rows.map(recordOf)
    },
    listHeldBack: async (buildIds) => {
      if (buildIds.length === 0) return []
      const rows = await queued().select('id').where('build_id', 'in', buildIds).where(isHeldBack).execute()
      return rows.map(({ id }) => id)
    },
    lowestQueued: async () => {
      const row = await queued()
        .select((of) => of.fn.max('priority').as('lowest'))
        .executeTakeFirst()
      return row?.lowest === null || row?.lowest === undefined ? undefined : priorities[Number(row.lowest)]
    },
    nextNotBefore: async (now) => {
      const row = await queued()
        .select((of) => of.fn.min('not_before_at').as('at'))
        .where('not_before_at', '>', now)
        .where(({ not }) => not(isOfSteppedClock(now)))
        .executeTakeFirst()
      return row?.at === null || row?.at === undefined ? undefined : Number(row.at)
    },
    listWaitingSince: async (before) => {
      const rows = await queued()
        .selectAll()
        .where('not_before_at', '<', before)
        .where(({ not }) => not(isHeldBack))
        .orderBy('not_before_at')
        .limit(100)
        .execute()
      return rows.map(recordOf)
    },
  }
}

function queuedJobs(db: Kysely<Schema>, options: QueueOptions): JobQuery {
  const { now, limit, buildId, exceptRunsOn = [], byAge = false } = options
  let query = db
    .selectFrom('jobs')
    .selectAll()
    .where('state', '=', 'queued')
    .where(({ or, eb }) => or([eb('not_before_at', '<=', now), isOfSteppedClock(now)]))
    .where(({ not }) => not(isHeldBack))
  if (buildId !== undefined) query = query.where('build_id', '=', buildId)
  if (exceptRunsOn.length > 0) query = query.where('runs_on', 'not in', exceptRunsOn)
  if (!byAge) query = query.orderBy('priority')
  return query.orderBy('queued_at').orderBy('id').limit(limit)
}

/** A job that has to wait longer than any of its back-offs was queued by a clock that has stepped back since: it is due. */
function isOfSteppedClock(now: number) {
  return sql<boolean>`(not_before_at > ${now} + longest_wait_ms)`
}

/** Unfinished builds beyond the limit of their group. An empty group has no name, so `> ''` uses the index. */
const waitingBuilds = sql`select id from (
    select id, concurrency_limit, row_number() over (
      partition by repository, concurrency_group order by has_begun desc, number
    ) as place
    from builds where state in ('queued', 'running') and concurrency_group > ''
  ) as turns where place > concurrency_limit`

/** Queued jobs beyond the limit of their group. */
const waitingJobs = sql`select id from (
    select id, concurrency_limit, row_number() over (
      partition by repository, concurrency_group
      order by case state when 'queued' then 1 else 0 end, queued_at, id
    ) as place
    from jobs where state in ('queued', 'leased', 'running') and concurrency_group > ''
    and build_id not in (${waitingBuilds})
  ) as turns where place > concurrency_limit`

const isHeldBack = sql<boolean>`(jobs.build_id in (${waitingBuilds}) or jobs.id in (${waitingJobs}))`
