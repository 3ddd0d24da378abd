import type { Kysely } from 'kysely'
import type { OutboxSchema } from './outbox-schema.ts'

type Lane = Pick<OutboxSchema['reports'], 'target' | 'lane'>

/** Makes the oldest report of a lane its head, or of every lane; to be called wherever a report comes or goes. */
export async function markHeads(store: Kysely<OutboxSchema>, lane?: Lane): Promise<void> {
  const reports = store.selectFrom('reports')
  const oldest =
    lane === undefined
      ? reports.select(({ fn }) => fn.min('position').as('position')).groupBy(['target', 'lane'])
      : reports
          .select('position')
          .where((row) => row.and({ ...lane }))
          .orderBy('position')
          .limit(1) // SQLite reads whole groups for a minimum
  await store
    .updateTable('reports')
    .set({ is_head: 1 })
    .where('position', 'in', oldest)
    .where('is_head', '=', 0)
    .execute()
}
