import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'
import type { MarkTable } from '../store.ts'

/** Moments that processes note for those after them. */
export function markTable(db: Kysely<Schema>): MarkTable {
  return {
    find: async (name) => (await db.selectFrom('marks').select('at').where('name', '=', name).executeTakeFirst())?.at,
    put: async (name, at) => {
      await db
        .insertInto('marks')
        .values({ name, at })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ at }))
        .execute()
    },
  }
}
