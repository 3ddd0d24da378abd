import { type Kysely, sql } from 'kysely'
import type { Schema } from '../schema.ts'

/**
 * Keeps runners for one transaction, so that no two dispatchers count the same free slot; those that another one keeps are
 * left out, and nobody waits. The rows are written, not only locked: whoever has looked at them before somebody else
 * leased to them begins again (run-again.ts), and looks at what they hold now.
 */
export async function claimRunners(db: Kysely<Schema>, ids: readonly string[]): Promise<readonly string[]> {
  const free = db.selectFrom('runners').select('id').where('id', 'in', ids).forUpdate().skipLocked()
  const claimed = await db
    .updateTable('runners')
    .set({ heartbeats: sql`heartbeats` })
    .where('id', 'in', free)
    .returning('id')
    .execute()
  return claimed.map(({ id }) => id)
}
