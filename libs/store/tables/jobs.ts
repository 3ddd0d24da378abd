import type { JobState, PlannedJob, Produced } from '@narwhal/protocol'
import type { Kysely, Selectable } from 'kysely'
import type { Claims } from '../claims.ts'
import { runsOnOf } from '../runs-on-of.ts'
import type { Schema } from '../schema.ts'
import type { JobRecord, JobTable, NewJob } from '../job-table.ts'
import { expectOne } from './expect-one.ts'
import { jobQueue, longestBackoffMs, priorities } from './job-queue.ts'

/** Jobs; the columns beside the JSON mirror it, so that the queue, groups and reuse keys can be searched. */
export function jobTable(db: Kysely<Schema>, claims: Claims): JobTable {
  return {
    insert: async (job) => {
      await db.insertInto('jobs').values(rowOf(job)).execute()
      return { ...job, attempts: 0, revision: 0 }
    },
    find: async (id) => {
      const row = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
      return row && jobRecordOf(row)
    },
    ofBuilds: async (ids) => {
      if (ids.length === 0) return []
      const rows = await db.selectFrom('jobs').selectAll().where('build_id', 'in', ids).orderBy('position').execute()
      return rows.map(jobRecordOf)
    },
    ...jobQueue(db, { claims, recordOf: jobRecordOf }),
    ...groupsOf(db),
    save: async (job, changes) => {
      const saved = { ...job, ...changes, revision: job.revision + 1 }
      const updated = await db
        .updateTable('jobs')
        .set(lifeColumns(saved))
        .where('id', '=', job.id)
        .where('revision', '=', job.revision)
        .executeTakeFirst()
      expectOne(updated, `job ${job.id}`)
      return saved
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

function groupsOf(db: Kysely<Schema>): Pick<JobTable, 'ofGroup' | 'findPassed'> {
  return {
    ofGroup: async ({ repository, group }) => {
      const states = ['waiting', 'queued', 'leased', 'running']
      const open = db.selectFrom('jobs').selectAll().where('state', 'in', states).where('concurrency_group', '=', group)
      return (await open.where('repository', '=', repository).orderBy('build_id').execute()).map(jobRecordOf)
    },
    findPassed: async ({ key, repository, trust, since }) => {
      const row = await db
        .selectFrom('jobs')
        .selectAll()
        .where('reuse_key', '=', key)
        .where('repository', '=', repository)
        .where('trust', '=', trust)
        .where('passed_at', '>=', since)
        .orderBy('passed_at', 'desc')
        .executeTakeFirst()
      return row && jobRecordOf(row)
    },
  }
}

function rowOf(job: NewJob): Schema['jobs'] {
  const { planned } = job
  return {
    id: job.id,
    build_id: job.buildId,
    kind: job.kind,
    name: job.name,
    position: job.position,
    repository: job.repository,
    trust: job.trust,
    planned_json: planned === undefined ? null : JSON.stringify(planned),
    runs_on: runsOnOf(planned),
    priority: priorities.indexOf(planned?.priority ?? 'normal'),
    longest_wait_ms: Math.max(longestBackoffMs, planned?.retry?.delayMs ?? 0),
    concurrency_group: planned?.concurrency?.group ?? null,
    concurrency_limit: planned?.concurrency?.limit ?? 0,
    reuse_key: planned?.reuseKey ?? null,
    ...lifeColumns({ ...job, attempts: 0, revision: 0 }),
  }
}

type LifeColumns =
  | 'state'
  | 'state_json'
  | 'queued_at'
  | 'not_before_at'
  | 'passed_at'
  | 'produced_json'
  | 'approved_by'
  | 'taken_from'
  | 'attempts'
  | 'revision'

function lifeColumns(job: JobRecord): Pick<Schema['jobs'], LifeColumns> {
  const { state, produced } = job
  const ranAndPassed = state.state === 'finished' && state.ending.outcome === 'passed' && job.takenFrom === undefined
  return {
    state: state.state,
    state_json: JSON.stringify(state),
    queued_at: state.queuedAt,
    not_before_at: state.state === 'queued' ? state.notBeforeAt : 0,
    passed_at: ranAndPassed ? state.finishedAt : null,
    produced_json: produced === undefined ? null : JSON.stringify(produced),
    approved_by: job.approvedBy ?? null,
    taken_from: job.takenFrom ?? null,
    attempts: job.attempts,
    revision: job.revision,
  }
}

function jobRecordOf(row: Selectable<Schema['jobs']>): JobRecord {
  return {
    id: row.id,
    buildId: row.build_id,
    repository: row.repository,
    trust: row.trust === 'trusted' ? 'trusted' : 'untrusted',
    kind: row.kind === 'plan' ? 'plan' : 'steps',
    name: row.name,
    position: row.position,
    ...(row.planned_json === null ? {} : { planned: JSON.parse(row.planned_json) as PlannedJob }), // written by `rowOf`
    state: JSON.parse(row.state_json) as JobState, // written by `lifeColumns`
    ...(row.produced_json === null ? {} : { produced: JSON.parse(row.produced_json) as Produced }), // written by `lifeColumns`
    ...(row.approved_by === null ? {} : { approvedBy: row.approved_by }),
    ...(row.taken_from === null ? {} : { takenFrom: row.taken_from }),
    attempts: row.attempts,
    revision: row.revision,
  }
}
