import { newId } from '@narwhal/host'
import type { ReportMessage } from '@narwhal/protocol'
import type { Migrations } from '@narwhal/store'
import { type ColumnDefinitionBuilder, type Generated, type Kysely, sql } from 'kysely'
import type { ReportTarget } from './report.ts'

/** The tables of the outbox. */
export interface OutboxSchema {
  /** What is still to be told: of each build and target the newest state only. */
  readonly reports: {
    readonly position: Generated<number>
    readonly build_id: string
    readonly target: ReportTarget
    readonly sequence: number
    readonly lane: string
    /** The BuildView as JSON. */
    readonly build: string
    readonly tries: Generated<number>
    /** By the monotonic clock of the process; 0 after each start. */
    readonly rests_until: Generated<number>
    /** 1: the oldest of its lane (mark-head.ts). */
    readonly is_head: Generated<number>
  }
  /** What was taken and told of each build, for ever: by it late and repeated messages are known. */
  readonly progress: {
    readonly build_id: string
    readonly target: ReportTarget
    readonly sequence: number
    /** 1 once the end of the build was taken. */
    readonly is_terminal: number
    readonly told: string | null
    /** The StatusReceipt for that as JSON, until somebody has looked what it covered. */
    readonly receipt: string | null
    /** Why the newest report was given up: a code and what happened. */
    readonly refusal_code: string | null
    readonly refusal: string | null
  }
  /** What the dispatcher is still to hear: what became of reports, and messages that could not be taken. */
  readonly replies: {
    readonly position: Generated<number>
    readonly id: string
    /** A ReportMessage as JSON. */
    readonly body: string
  }
}

/** The steps to the newest schema of the outbox. */
export const outboxMigrations: Migrations = {
  '0001-outbox': {
    async up(store: Kysely<unknown>) {
      await store.schema
        .createTable('reports')
        .addColumn('position', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('build_id', 'text', (column) => column.notNull())
        .addColumn('target', 'text', (column) => column.notNull())
        .addColumn('sequence', 'integer', (column) => column.notNull())
        .addColumn('lane', 'text', (column) => column.notNull())
        .addColumn('build', 'text', (column) => column.notNull())
        .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('rests_until', 'real', (column) => column.notNull().defaultTo(0))
        .addUniqueConstraint('reports_key', ['build_id', 'target', 'sequence'])
        .execute()
      await store.schema.createIndex('reports_lane').on('reports').columns(['target', 'lane', 'position']).execute()
      await store.schema
        .createTable('progress')
        .addColumn('build_id', 'text', (column) => column.notNull())
        .addColumn('target', 'text', (column) => column.notNull())
        .addColumn('sequence', 'integer', (column) => column.notNull())
        .addColumn('is_terminal', 'integer', (column) => column.notNull())
        .addColumn('told', 'text')
        .addColumn('refusal_code', 'text')
        .addColumn('refusal', 'text')
        .addPrimaryKeyConstraint('progress_key', ['build_id', 'target'])
        .execute()
      await store.schema
        .createTable('quarantine')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('topic', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('because', 'text', (column) => column.notNull())
        .addColumn('at', 'integer', (column) => column.notNull())
        .execute()
    },
  },
  '0002-replies': { up: createReplies },
  '0003-receipts': {
    async up(store: Kysely<unknown>) {
      await store.schema.alterTable('progress').addColumn('receipt', 'text').execute()
    },
  },
  '0004-heads': {
    async up(store: Kysely<unknown>) {
      const isHead = (column: ColumnDefinitionBuilder) => column.notNull().defaultTo(0)
      await store.schema.alterTable('reports').addColumn('is_head', 'integer', isHead).execute()
      const columns = ['target', 'is_head', 'position', 'rests_until', 'lane']
      await store.schema.createIndex('reports_due').on('reports').columns(columns).execute()
      const oldest = sql`select min(position) from reports group by target, lane`
      await sql`update reports set is_head = 1 where position in (${oldest})`.execute(store)
    },
  },
}

async function createReplies(store: Kysely<unknown>): Promise<void> {
  await store.schema
    .createTable('replies')
    .addColumn('position', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute()
  await moveQuarantine(store as Kysely<OutboxSchema & { quarantine: Quarantined }>) // both tables are there now
  await store.schema.dropTable('quarantine').execute()
}

interface Quarantined {
  readonly id: string
  readonly topic: string
  readonly body: string
  readonly because: string
  readonly at: number
}

/** The dispatcher keeps, for people, what could not be taken. */
async function moveQuarantine(store: Kysely<OutboxSchema & { quarantine: Quarantined }>): Promise<void> {
  for (const { id: messageId, ...kept } of await store.selectFrom('quarantine').selectAll().execute()) {
    const id = newId(kept.at)
    const reply: ReportMessage = { version: 1, id, type: 'quarantine', messageId, ...kept }
    await store
      .insertInto('replies')
      .values({ id, body: JSON.stringify(reply) })
      .execute()
  }
}
