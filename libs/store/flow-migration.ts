import type { Kysely } from 'kysely'

/** Keys of deliveries, messages that can leave quarantine, and what reporters told. */
export async function createSecondFlows(schema: Kysely<unknown>): Promise<void> {
  await schema.schema
    .createTable('deliveries')
    .addColumn('delivery', 'text', (column) => column.primaryKey())
    .addColumn('secret_id', 'text', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('build_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('deliveries_body', ['secret_id', 'sha256'])
    .execute()
  await schema.schema
    .createTable('reports')
    .addColumn('build_id', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('report_json', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('reports_key', ['build_id', 'target'])
    .execute()
  await schema.schema.alterTable('quarantine').addColumn('message_id', 'text').execute() // one at a time, for SQLite
  await schema.schema.alterTable('quarantine').addColumn('message_key', 'text').execute()
  await schema.schema.alterTable('quarantine').addColumn('taken_at', 'bigint').execute()
  await schema.schema.createIndex('quarantine_by_key').on('quarantine').column('message_key').unique().execute()
}
