import type { Kysely } from 'kysely'
import { createSecondFlows } from './flow-migration.ts'
import { createKept } from './kept-migration.ts'
import type { Migrations } from './open-sqlite.ts'

/** The dispatcher's schema. Written once for SQLite and PostgreSQL: `postgres-dialect.ts` knows how column types differ. */
export const storeMigrations: Migrations = {
  '0001-builds': { up: createBuilds },
  '0002-jobs': { up: createJobs },
  '0003-attempts': { up: createAttempts },
  '0004-inflow-and-outflow': { up: createFlows },
  '0005-blobs-and-secrets': { up: createKept },
  '0006-several-writers': { up: async () => undefined }, // PostgreSQL has its own: `guard-writers.ts`
  '0007-keys-and-reports': { up: createSecondFlows },
  '0008-marks': { up: createMarks },
  '0009-runner-claims': { up: async () => undefined }, // PostgreSQL has its own: `postgres/claims.ts`
}

async function createMarks(schema: Kysely<unknown>): Promise<void> {
  await schema.schema
    .createTable('marks')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
}

async function createBuilds(schema: Kysely<unknown>): Promise<void> {
  await schema.schema
    .createTable('builds')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('repository_name', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('ref', 'text', (column) => column.notNull())
    .addColumn('sha', 'text', (column) => column.notNull())
    .addColumn('commit_json', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('state_json', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('resubmit_of', 'text')
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('concurrency_json', 'text')
    .addColumn('concurrency_group', 'text')
    .addColumn('concurrency_limit', 'integer', (column) => column.notNull())
    .addColumn('has_begun', 'integer', (column) => column.notNull())
    .addColumn('open_event', 'text', (column) => column.unique())
    .addColumn('open_commit', 'text', (column) => column.unique())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addUniqueConstraint('builds_number', ['repository', 'number'])
    .execute()
  await schema.schema
    .createTable('build_numbers')
    .addColumn('repository', 'text', (column) => column.primaryKey())
    .addColumn('newest', 'integer', (column) => column.notNull())
    .execute()
  await schema.schema.createIndex('builds_by_state').on('builds').columns(['state', 'concurrency_group']).execute()
  await schema.schema.createIndex('builds_by_name').on('builds').columns(['repository_name', 'id']).execute()
  await schema.schema.createIndex('builds_by_sha').on('builds').columns(['sha']).execute()
}

async function createJobs(schema: Kysely<unknown>): Promise<void> {
  await schema.schema
    .createTable('jobs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('build_id', 'text', (column) => column.notNull().references('builds.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('trust', 'text', (column) => column.notNull())
    .addColumn('planned_json', 'text')
    .addColumn('produced_json', 'text')
    .addColumn('runs_on', 'text', (column) => column.notNull())
    .addColumn('priority', 'integer', (column) => column.notNull())
    .addColumn('longest_wait_ms', 'bigint', (column) => column.notNull())
    .addColumn('concurrency_group', 'text')
    .addColumn('concurrency_limit', 'integer', (column) => column.notNull())
    .addColumn('reuse_key', 'text')
    .addColumn('passed_at', 'bigint')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('state_json', 'text', (column) => column.notNull())
    .addColumn('queued_at', 'bigint', (column) => column.notNull())
    .addColumn('not_before_at', 'bigint', (column) => column.notNull())
    .addColumn('approved_by', 'text')
    .addColumn('taken_from', 'text')
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addUniqueConstraint('jobs_name', ['build_id', 'kind', 'name'])
    .execute()
  await schema.schema
    .createIndex('jobs_by_priority')
    .on('jobs')
    .columns(['state', 'priority', 'queued_at', 'id'])
    .execute()
  await schema.schema.createIndex('jobs_by_age').on('jobs').columns(['state', 'queued_at', 'id']).execute()
  await schema.schema.createIndex('jobs_by_group').on('jobs').columns(['state', 'concurrency_group']).execute()
  await schema.schema
    .createIndex('jobs_by_reuse')
    .on('jobs')
    .columns(['reuse_key', 'repository', 'passed_at'])
    .execute()
  await schema.schema.createIndex('jobs_by_time').on('jobs').columns(['state', 'not_before_at']).execute()
}

async function createAttempts(schema: Kysely<unknown>): Promise<void> {
  await schema.schema
    .createTable('attempts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('job_id', 'text', (column) => column.notNull().references('jobs.id'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('runner_id', 'text', (column) => column.notNull())
    .addColumn('runner_name', 'text', (column) => column.notNull())
    .addColumn('token_hash', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('state_json', 'text', (column) => column.notNull())
    .addColumn('steps_json', 'text', (column) => column.notNull())
    .addColumn('reported', 'integer', (column) => column.notNull())
    .addColumn('renewals', 'integer', (column) => column.notNull())
    .addColumn('log_step', 'integer', (column) => column.notNull())
    .addColumn('log_step_bytes', 'bigint', (column) => column.notNull())
    .addColumn('log_bytes', 'bigint', (column) => column.notNull())
    .addColumn('log_sha256', 'text')
    .addColumn('exit_code', 'integer')
    .addColumn('log_blob', 'text')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addUniqueConstraint('attempts_number', ['job_id', 'number'])
    .execute()
  await schema.schema.createIndex('attempts_by_state').on('attempts').columns(['state', 'log_blob']).execute()
  await schema.schema
    .createTable('chunks')
    .addColumn('attempt_id', 'text', (column) => column.notNull())
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('offset_bytes', 'bigint', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('bytes', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('chunks_key', ['attempt_id', 'step', 'offset_bytes'])
    .execute()
  await schema.schema
    .createIndex('chunks_by_position')
    .on('chunks')
    .columns(['attempt_id', 'position'])
    .unique()
    .execute()
  await schema.schema
    .createTable('runners')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('slots', 'integer', (column) => column.notNull())
    .addColumn('labels_json', 'text', (column) => column.notNull())
    .addColumn('registered_at', 'bigint', (column) => column.notNull())
    .addColumn('heartbeats', 'bigint', (column) => column.notNull())
    .addColumn('life', 'text', (column) => column.notNull())
    .execute()
}

async function createFlows(schema: Kysely<unknown>): Promise<void> {
  await schema.schema
    .createTable('messages')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('event_key', 'text', (column) => column.notNull())
    .addColumn('build_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  await schema.schema
    .createTable('quarantine')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('because', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  await schema.schema
    .createTable('answers')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('request', 'text', (column) => column.notNull())
    .addColumn('build_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  await schema.schema
    .createTable('outbox')
    .addColumn('place', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('build_id', 'text', (column) => column.notNull())
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addUniqueConstraint('outbox_sequence', ['build_id', 'sequence'])
    .execute()
}
