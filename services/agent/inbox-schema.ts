import type { Migrations } from '@narwhal/store'
import { type Generated, type Kysely, sql } from 'kysely'

/** The tables of the inbox. */
export interface InboxSchema {
  /** Every accepted delivery, for ever: by its two unique keys a repeated one is known. */
  readonly deliveries: {
    readonly message_id: string
    readonly delivery_id: string
    readonly secret_id: string
    /** SHA-256 of the raw body, in hex. */
    readonly digest: string
    readonly received_at: number
  }
  /** What is not relayed yet, in the order of arrival. */
  readonly messages: {
    readonly position: Generated<number>
    readonly id: string
    /** The CommitMessage as JSON. */
    readonly message: string
    /** The raw delivery; null when the agent itself found the commit. */
    readonly body: Uint8Array | null
    /** What the row counts against the limit. */
    readonly bytes: number
  }
  /** The head of each ref of the watched repositories that was last put into `messages`. */
  readonly cursors: { readonly repository: string; readonly ref: string; readonly sha: string }
  /** Repositories that a webhook has told of. */
  readonly repositories: { readonly host: string; readonly owner: string; readonly name: string }
  /** Up to when the delivery logs of forges were swept. */
  readonly sweeps: { readonly source: string; readonly swept_until: number }
  /** One row that is written to learn whether writing works. */
  readonly probes: { readonly id: number; readonly probed_at: number }
}

/** The steps to the newest schema of the inbox. */
export const inboxMigrations: Migrations = {
  '0001-inbox': {
    async up(store: Kysely<unknown>) {
      await store.schema
        .createTable('deliveries')
        .addColumn('message_id', 'text', (column) => column.primaryKey())
        .addColumn('delivery_id', 'text', (column) => column.notNull().unique())
        .addColumn('secret_id', 'text', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('received_at', 'integer', (column) => column.notNull())
        .addUniqueConstraint('deliveries_body', ['secret_id', 'digest'])
        .execute()
      await store.schema
        .createTable('messages')
        .addColumn('position', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('message', 'text', (column) => column.notNull())
        .addColumn('body', 'blob')
        .addColumn('bytes', 'integer', (column) => column.notNull())
        .execute()
      await store.schema
        .createTable('cursors')
        .addColumn('repository', 'text', (column) => column.notNull())
        .addColumn('ref', 'text', (column) => column.notNull())
        .addColumn('sha', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('cursors_key', ['repository', 'ref'])
        .execute()
      await store.schema
        .createTable('probes')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('probed_at', 'integer', (column) => column.notNull())
        .execute()
      await sql`insert into probes (id, probed_at) values (1, 0)`.execute(store)
    },
  },
  '0002-sweeps': {
    async up(store: Kysely<unknown>) {
      await store.schema
        .createTable('repositories')
        .addColumn('host', 'text', (column) => column.notNull())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('repositories_key', ['host', 'owner', 'name'])
        .execute()
      await store.schema
        .createTable('sweeps')
        .addColumn('source', 'text', (column) => column.primaryKey())
        .addColumn('swept_until', 'integer', (column) => column.notNull())
        .execute()
    },
  },
}
