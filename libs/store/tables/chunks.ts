import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'
import type { ChunkTable } from '../store.ts'

/** Log chunks of attempts whose log is not sealed yet. */
export function chunkTable(db: Kysely<Schema>): ChunkTable {
  return {
    insert: async (attemptId, { step, offset, position, at, bytes }) => {
      await db
        .insertInto('chunks')
        .values({ attempt_id: attemptId, step, offset_bytes: offset, position, at, bytes })
        .execute()
    },
    list: async (attemptId, { position, limit }) => {
      const ofAttempt = db.selectFrom('chunks').where('attempt_id', '=', attemptId)
      const holding = ofAttempt.select((of) => of.fn.max('position').as('first')).where('position', '<=', position)
      const first = (await holding.executeTakeFirst())?.first ?? 0
      const rows = await ofAttempt.selectAll().where('position', '>=', first).orderBy('position').limit(limit).execute()
      const chunks = rows.map(({ step, offset_bytes, position: at0, at, bytes }) => ({
        step,
        offset: offset_bytes,
        position: at0,
        at,
        bytes,
      }))
      return chunks.filter((chunk) => chunk.position + chunk.bytes.length > position)
    },
    countBytes: async (attemptId) => {
      const { bytes } = await db
        .selectFrom('chunks')
        .select((of) => of.fn.sum<number | string | null>(of.fn('length', ['bytes'])).as('bytes'))
        .where('attempt_id', '=', attemptId)
        .executeTakeFirstOrThrow()
      return Number(bytes ?? 0)
    },
    removeAll: async (attemptId) => {
      await db.deleteFrom('chunks').where('attempt_id', '=', attemptId).execute()
    },
  }
}
