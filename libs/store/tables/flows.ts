import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'
import type { InflowTable, OutboxTable } from '../store.ts'

/** Keys of what was taken in. */
export function inflowTable(db: Kysely<Schema>): InflowTable {
  return {
    keepMessage: async ({ id, eventKey, buildId, at }) => {
      const inserted = await db
        .insertInto('messages')
        .values({ id, event_key: eventKey, build_id: buildId, at })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst()
      return inserted.numInsertedOrUpdatedRows === 1n
    },
    buildOfMessage: async (id) => {
      const row = await db.selectFrom('messages').select('build_id').where('id', '=', id).executeTakeFirst()
      return row?.build_id
    },
    findAnswer: async (key) => {
      const row = await db.selectFrom('answers').selectAll().where('key', '=', key).executeTakeFirst()
      return row && { request: row.request, buildId: row.build_id }
    },
    keepAnswer: async (key, { request, buildId, at }) => {
      await db.insertInto('answers').values({ key, request, build_id: buildId, at }).execute()
    },
  }
}

/** Messages that were decided in the same transaction as a state, and wait to be published. */
export function outboxTable(db: Kysely<Schema>): OutboxTable {
  return {
    insert: async ({ id, topic, body, buildId, sequence }) => {
      await db.insertInto('outbox').values({ id, topic, body, build_id: buildId, sequence }).execute()
    },
    list: (limit) => db.selectFrom('outbox').select(['id', 'topic', 'body']).orderBy('place').limit(limit).execute(),
    remove: async (ids) => {
      if (ids.length > 0) await db.deleteFrom('outbox').where('id', 'in', ids).execute()
    },
  }
}
