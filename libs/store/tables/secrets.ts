import type { Kysely } from 'kysely'
import type { SecretTable } from '../kept-tables.ts'
import type { Schema } from '../schema.ts'

/** Secrets, encrypted by whoever puts them here. */
export function secretTable(db: Kysely<Schema>): SecretTable {
  return {
    put: async ({ repository, name, version, wrappedKey, nonce, ciphertext, changedAt }) => {
      const columns = { version, wrapped_key: wrappedKey, nonce, ciphertext, changed_at: changedAt }
      await db
        .insertInto('secrets')
        .values({ repository, name, ...columns })
        .onConflict((conflict) => conflict.columns(['repository', 'name']).doUpdateSet(columns))
        .execute()
    },
    find: async (repository, name) => {
      const row = await db
        .selectFrom('secrets')
        .selectAll()
        .where('repository', '=', repository)
        .where('name', '=', name)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { wrapped_key, changed_at, ...secret } = row
      return { ...secret, wrappedKey: wrapped_key, changedAt: changed_at }
    },
    list: async (repository) => {
      const rows = await db
        .selectFrom('secrets')
        .select(['name', 'changed_at'])
        .where('repository', '=', repository)
        .orderBy('name')
        .execute()
      return rows.map(({ name, changed_at }) => ({ name, changedAt: changed_at }))
    },
    remove: async (repository, name) => {
      const gone = db.deleteFrom('secrets').where('repository', '=', repository).where('name', '=', name)
      return (await gone.executeTakeFirst()).numDeletedRows === 1n
    },
  }
}
