import type { JobState } from '@narwhal/protocol'
import type { Kysely, Selectable } from 'kysely'
import type { Schema } from '../schema.ts'
import type { JobRecord, JobTable, NewJob } from '../store.ts'
import { expectOne } from './expect-one.ts'

/** Jobs; `queued_at` and `not_before_at` mirror the state, so that the queue can be read in order. */
export function jobTable(db: Kysely<Schema>): JobTable {
  return {
    insert: async (job) => {
      await db.insertInto('jobs').values(rowOf(job)).execute()
      return { ...job, attempts: 0, revision: 0 }
    },
    find: async (id) => {
      const row = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
      return row && recordOf(row)
    },
    ofBuilds: async (ids) => {
      if (ids.length === 0) return []
      const rows = await db.selectFrom('jobs').selectAll().where('build_id', 'in', ids).orderBy('position').execute()
      return rows.map(recordOf)
    },
    ...queueOf(db),
    save: async (job, changes) => {
      const { state, attempts } = { ...job, ...changes }
      const revision = job.revision + 1
      const updated = await db
        .updateTable('jobs')
        .set({ ...stateColumns(state), attempts, revision })
        .where('id', '=', job.id)
        .where('revision', '=', job.revision)
        .executeTakeFirst()
      expectOne(updated, `job ${job.id}`)
      return { ...job, state, attempts, revision }
    },
    countByState: async () => {
      const rows = await db
        .selectFrom('jobs')
        .select((of) => ['state', of.fn.countAll<number>().as('count')])
        .where('state', '!=', 'finished')
        .groupBy('state')
        .execute()
      return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]))
    },
  }
}

/** A job that waits longer than any back-off was queued by a clock that has stepped back since: it is due. In milliseconds. */
const longestBackoffMs = 60_000

function queueOf(db: Kysely<Schema>): Pick<JobTable, 'listQueued' | 'nextNotBefore' | 'listWaitingSince'> {
  const queued = () => db.selectFrom('jobs').where('state', '=', 'queued')
  return {
    listQueued: async ({ now, limit }) => {
      const rows = await queued()
        .selectAll()
        .where((or) => or.or([or('not_before_at', '<=', now), or('not_before_at', '>', now + longestBackoffMs)]))
        .orderBy('queued_at')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(recordOf)
    },
    nextNotBefore: async (now) => {
      const row = await queued()
        .select((of) => of.fn.min('not_before_at').as('at'))
        .where('not_before_at', '>', now)
        .where('not_before_at', '<=', now + longestBackoffMs)
        .executeTakeFirst()
      return row?.at === null || row?.at === undefined ? undefined : Number(row.at)
    },
    listWaitingSince: async (before) => {
      const rows = await queued()
        .selectAll()
        .where('not_before_at', '<', before)
        .orderBy('not_before_at')
        .limit(100)
        .execute()
      return rows.map(recordOf)
    },
  }
}

function rowOf(job: NewJob): Schema['jobs'] {
  return {
    id: job.id,
    build_id: job.buildId,
    kind: job.kind,
    name: job.name,
    position: job.position,
    digest: job.digest ?? null,
    steps_json: JSON.stringify(job.steps),
    labels_json: JSON.stringify(job.labels),
    ...stateColumns(job.state),
    taken_from: job.takenFrom ?? null,
    attempts: 0,
    revision: 0,
  }
}

function stateColumns(state: JobState): Pick<Schema['jobs'], 'state' | 'state_json' | 'queued_at' | 'not_before_at'> {
  const notBeforeAt = state.state === 'queued' ? state.notBeforeAt : 0
  return {
    state: state.state,
    state_json: JSON.stringify(state),
    queued_at: state.queuedAt,
    not_before_at: notBeforeAt,
  }
}

function recordOf(row: Selectable<Schema['jobs']>): JobRecord {
  return {
    id: row.id,
    buildId: row.build_id,
    kind: row.kind === 'plan' ? 'plan' : 'steps',
    name: row.name,
    position: row.position,
    ...(row.digest === null ? {} : { digest: row.digest }),
    steps: JSON.parse(row.steps_json) as string[], // written by `rowOf`
    labels: JSON.parse(row.labels_json) as string[], // written by `rowOf`
    state: JSON.parse(row.state_json) as JobState, // written by `stateColumns`
    ...(row.taken_from === null ? {} : { takenFrom: row.taken_from }),
    attempts: row.attempts,
    revision: row.revision,
  }
}
