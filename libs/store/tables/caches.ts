import type { Kysely, Selectable } from 'kysely'
import type { CachePlace, CacheRecord, CacheTable, Keeper } from '../kept-tables.ts'
import type { Schema } from '../schema.ts'

/** Cache entries. Only the time of their last use ever changes. */
export function cacheTable(db: Kysely<Schema>): CacheTable {
  return {
    insert: async ({ repository, trust, scope, key, sha256, bytes, createdAt, usedAt }) => {
      const inserted = await db
        .insertInto('caches')
        .values({ repository, trust, scope, key, sha256, bytes, created_at: createdAt, used_at: usedAt })
        .onConflict((conflict) => conflict.columns(['repository', 'trust', 'scope', 'key']).doNothing())
        .executeTakeFirst()
      return inserted.numInsertedOrUpdatedRows === 1n
    },
    find: async ({ repository, trust, scope, key }) => {
      const row = await db
        .selectFrom('caches')
        .selectAll()
        .where('repository', '=', repository)
        .where('trust', '=', trust)
        .where('scope', '=', scope)
        .where('key', '=', key)
        .executeTakeFirst()
      return row && recordOf(row)
    },
    use: async ({ repository, trust, scope, key }, usedAt) => {
      await db
        .updateTable('caches')
        .set({ used_at: usedAt })
        .where('repository', '=', repository)
        .where('trust', '=', trust)
        .where('scope', '=', scope)
        .where('key', '=', key)
        .execute()
    },
    remove: (place) => remove(db, place),
    hasBlob: async ({ repository, trust }, scopes, sha256) => {
      const row = await db
        .selectFrom('caches')
        .select('key')
        .where('repository', '=', repository)
        .where('trust', '=', trust)
        .where('sha256', '=', sha256)
        .where('scope', 'in', scopes)
        .executeTakeFirst()
      return row !== undefined
    },
    shrink: (keeper, bytes) => shrink(db, keeper, bytes),
    removeUnused: async (usedAt) => {
      await db.deleteFrom('caches').where('used_at', '<', usedAt).execute()
    },
  }
}

async function remove(db: Kysely<Schema>, { repository, trust, scope, key }: CachePlace): Promise<void> {
  await db
    .deleteFrom('caches')
    .where('repository', '=', repository)
    .where('trust', '=', trust)
    .where('scope', '=', scope)
    .where('key', '=', key)
    .execute()
}

async function shrink(db: Kysely<Schema>, { repository, trust }: Keeper, bytes: number): Promise<void> {
  const entries = await db
    .selectFrom('caches')
    .selectAll()
    .where('repository', '=', repository)
    .where('trust', '=', trust)
    .orderBy('used_at', 'desc')
    .orderBy('created_at', 'desc')
    .execute()
  let left = bytes
  for (const entry of entries) {
    left -= entry.bytes
    if (left < 0) await remove(db, recordOf(entry))
  }
}

function recordOf({ trust, created_at, used_at, ...row }: Selectable<Schema['caches']>): CacheRecord {
  return { ...row, trust: trust === 'trusted' ? 'trusted' : 'untrusted', createdAt: created_at, usedAt: used_at }
}
