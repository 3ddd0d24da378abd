import { type Kysely, type Selectable, sql } from 'kysely'
import type { BlobRecord, BlobTable, Keeper } from '../kept-tables.ts'
import type { Schema } from '../schema.ts'

/** Uploaded bytes: whose they are, where they are, and how long they are kept. */
export function blobTable(db: Kysely<Schema>): BlobTable {
  return {
    insert: async ({ repository, trust, sha256, bytes, key, uploadedAt, keepUntil }) => {
      const inserted = await db
        .insertInto('blobs')
        .values({ repository, trust, sha256, bytes, key, uploaded_at: uploadedAt, keep_until: keepUntil })
        .onConflict((conflict) => conflict.columns(['repository', 'trust', 'sha256']).doNothing())
        .executeTakeFirst()
      return inserted.numInsertedOrUpdatedRows === 1n
    },
    find: async ({ repository, trust }, sha256) => {
      const row = await db
        .selectFrom('blobs')
        .selectAll()
        .where('repository', '=', repository)
        .where('trust', '=', trust)
        .where('sha256', '=', sha256)
        .executeTakeFirst()
      return row && recordOf(row)
    },
    keep: (keeper, sha256, keepUntil) => keep(db, { ...keeper, sha256, keepUntil }),
    removeExpired: (options) => removeExpired(db, options),
    remove: async (key) => {
      await db.deleteFrom('blobs').where('key', '=', key).execute()
    },
    known: async (keys) => {
      if (keys.length === 0) return []
      const rows = await db.selectFrom('blobs').select('key').where('key', 'in', keys).execute()
      return rows.map(({ key }) => key)
    },
  }
}

async function keep(
  db: Kysely<Schema>,
  { repository, trust, sha256, keepUntil }: Keeper & Pick<BlobRecord, 'sha256' | 'keepUntil'>,
): Promise<boolean> {
  const updated = await db
    .updateTable('blobs')
    .set((of) => ({
      keep_until: of.case().when('keep_until', '<', keepUntil).then(keepUntil).else(of.ref('keep_until')).end(),
    }))
    .where('repository', '=', repository)
    .where('trust', '=', trust)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  return updated.numUpdatedRows === 1n
}

async function removeExpired(
  db: Kysely<Schema>,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<readonly BlobRecord[]> {
  const rows = await db
    .selectFrom('blobs')
    .selectAll()
    .where('keep_until', '<=', now)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('caches')
            .select('caches.key')
            .whereRef('caches.repository', '=', 'blobs.repository')
            .whereRef('caches.trust', '=', 'blobs.trust')
            .whereRef('caches.sha256', '=', 'blobs.sha256'),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('jobs')
            .innerJoin('builds', 'builds.id', 'jobs.build_id')
            .select('jobs.id')
            .where('builds.state', 'in', ['queued', 'running'])
            .whereRef('jobs.repository', '=', 'blobs.repository')
            .whereRef('jobs.trust', '=', 'blobs.trust')
            .where('jobs.produced_json', 'like', sql<string>`'%' || blobs.sha256 || '%'`),
        ),
      ),
    )
    .orderBy('keep_until')
    .limit(limit)
    .execute()
  const keys = rows.map(({ key }) => key)
  if (keys.length > 0) await db.deleteFrom('blobs').where('key', 'in', keys).execute()
  return rows.map(recordOf)
}

function recordOf({ trust, uploaded_at, keep_until, ...row }: Selectable<Schema['blobs']>): BlobRecord {
  return {
    ...row,
    trust: trust === 'trusted' ? 'trusted' : 'untrusted',
    uploadedAt: uploaded_at,
    keepUntil: keep_until,
  }
}
