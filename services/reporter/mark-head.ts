import type { Kysely } from 'kysely'
import type { OutboxSchema } from './outbox-schema.ts'

type Lane = Pick<OutboxSchema['reports'], 'target' | 'lane'>

/** Makes the oldest report of a lane its head; to be called in every transaction in which a head goes. */
export async function markHead(store: Kysely<OutboxSchema>, lane: Lane): Promise<void> {
  const oldest = store
    .selectFrom('reports')
    .select('position')
    .where((row) => row.and({ ...lane }))
    .orderBy('position')
    .limit(1) // SQLite would read the whole lane for its minimum
  await store
    .updateTable('reports')
    .set({ is_head: 1 })
    .where('position', 'in', oldest)
    .where('is_head', '=', 0)
    .execute()
}
