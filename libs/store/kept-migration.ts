import type { Kysely } from 'kysely'

/** Blobs, caches and secrets. */
export async function createKept(schema: Kysely<unknown>): Promise<void> {
  await schema.schema
    .createTable('blobs')
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('trust', 'text', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull().unique())
    .addColumn('uploaded_at', 'bigint', (column) => column.notNull())
    .addColumn('keep_until', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('blobs_key', ['repository', 'trust', 'sha256'])
    .execute()
  await schema.schema.createIndex('blobs_by_end').on('blobs').columns(['keep_until']).execute()
  await schema.schema
    .createTable('caches')
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('trust', 'text', (column) => column.notNull())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('caches_key', ['repository', 'trust', 'scope', 'key'])
    .execute()
  await schema.schema.createIndex('caches_by_blob').on('caches').columns(['repository', 'trust', 'sha256']).execute()
  await schema.schema.createIndex('caches_by_use').on('caches').columns(['used_at']).execute()
  await schema.schema
    .createTable('secrets')
    .addColumn('repository', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('wrapped_key', 'blob', (column) => column.notNull())
    .addColumn('nonce', 'blob', (column) => column.notNull())
    .addColumn('ciphertext', 'blob', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('secrets_key', ['repository', 'name'])
    .execute()
}
