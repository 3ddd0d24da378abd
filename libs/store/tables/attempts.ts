import type { AttemptState } from '@narwhal/protocol'
import type { Kysely, Selectable } from 'kysely'
import type { Schema } from '../schema.ts'
import type { AttemptRecord, AttemptTable, StepRecord } from '../store.ts'
import { expectOne } from './expect-one.ts'

/** Attempts with their steps and the end of their log. Renewals are counted beside the revision: they race with nothing. */
export function attemptTable(db: Kysely<Schema>): AttemptTable {
  return {
    insert: async (attempt) => {
      const record = { ...attempt, reported: 0, logEnd: { step: 0, stepBytes: 0, bytes: 0 }, revision: 0 }
      const { id, jobId, number, runnerId, runnerName } = record
      const key = { id, job_id: jobId, number, runner_id: runnerId, runner_name: runnerName }
      await db
        .insertInto('attempts')
        .values({ ...key, ...columnsOf(record), renewals: 0 })
        .execute()
      return record
    },
    find: async (id) => {
      const row = await db.selectFrom('attempts').selectAll().where('id', '=', id).executeTakeFirst()
      return row && recordOf(row)
    },
    ofJobs: async (ids) => {
      if (ids.length === 0) return []
      const rows = await db.selectFrom('attempts').selectAll().where('job_id', 'in', ids).orderBy('number').execute()
      return rows.map(recordOf)
    },
    ...leasesOf(db),
    save: async (attempt, changes) => {
      const record = { ...attempt, ...changes, revision: attempt.revision + 1 }
      const updated = await db
        .updateTable('attempts')
        .set(columnsOf(record))
        .where('id', '=', attempt.id)
        .where('revision', '=', attempt.revision)
        .executeTakeFirst()
      expectOne(updated, `attempt ${attempt.id}`)
      return record
    },
    listUnsealed: async (limit) => {
      const ended = ['finished', 'lost']
      const unsealed = db.selectFrom('attempts').selectAll().where('state', 'in', ended).where('log_blob', 'is', null)
      return (await unsealed.where('log_bytes', '>', 0).limit(limit).execute()).map(recordOf)
    },
  }
}

function leasesOf(db: Kysely<Schema>): Pick<AttemptTable, 'renew' | 'listHeld'> {
  const held = ['leased', 'running']
  return {
    renew: async (id) => {
      const updated = await db
        .updateTable('attempts')
        .set((of) => ({ renewals: of('renewals', '+', 1) }))
        .where('id', '=', id)
        .where('state', 'in', held)
        .executeTakeFirst()
      return updated.numUpdatedRows === 1n
    },
    listHeld: async () => {
      const rows = await db
        .selectFrom('attempts')
        .select(['id', 'runner_id', 'renewals'])
        .where('state', 'in', held)
        .execute()
      return rows.map(({ id, runner_id, renewals }) => ({ id, runnerId: runner_id, renewals }))
    },
  }
}

type Columns = Omit<Schema['attempts'], 'id' | 'job_id' | 'number' | 'runner_id' | 'runner_name' | 'renewals'>

function columnsOf(record: AttemptRecord): Columns {
  return {
    token_hash: record.tokenHash,
    state: record.state.state,
    state_json: JSON.stringify(record.state),
    steps_json: JSON.stringify(record.steps),
    reported: record.reported,
    log_step: record.logEnd.step,
    log_step_bytes: record.logEnd.stepBytes,
    log_bytes: record.logEnd.bytes,
    log_sha256: record.logSha256 ?? null,
    exit_code: record.exitCode ?? null,
    log_blob: record.logBlob ?? null,
    revision: record.revision,
  }
}

function recordOf(row: Selectable<Schema['attempts']>): AttemptRecord {
  return {
    id: row.id,
    jobId: row.job_id,
    number: row.number,
    runnerId: row.runner_id,
    runnerName: row.runner_name,
    tokenHash: row.token_hash,
    state: JSON.parse(row.state_json) as AttemptState, // written by `columnsOf`
    steps: JSON.parse(row.steps_json) as StepRecord[], // written by `columnsOf`
    reported: row.reported,
    logEnd: { step: row.log_step, stepBytes: row.log_step_bytes, bytes: row.log_bytes },
    ...(row.log_sha256 === null ? {} : { logSha256: row.log_sha256 }),
    ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
    ...(row.log_blob === null ? {} : { logBlob: row.log_blob }),
    revision: row.revision,
  }
}
