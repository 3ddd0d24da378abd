import { createHash } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import type { QuarantinedMessage, QuarantineTable } from '../flow-tables.ts'
import type { Schema } from '../schema.ts'

/** Messages that could not be taken. Ids of messages may repeat or be missing, so that the whole message is the key. */
export function quarantineTable(db: Kysely<Schema>): QuarantineTable {
  const listed = db.selectFrom('quarantine').where('taken_at', 'is', null)
  return {
    put: async ({ messageId, ...message }) => {
      const key = createHash('sha256')
        .update(JSON.stringify([message.topic, messageId, message.body]))
        .digest('hex')
      await db
        .insertInto('quarantine')
        .values({ ...message, message_id: messageId, message_key: key, taken_at: null })
        .onConflict((conflict) =>
          conflict
            .column('message_key')
            .doUpdateSet({ because: message.because, at: message.at, taken_at: null })
            .where('quarantine.at', '!=', message.at),
        )
        .execute()
    },
    find: async (id) => {
      const row = await db.selectFrom('quarantine').selectAll().where('id', '=', id).executeTakeFirst()
      return row && recordOf(row)
    },
    list: async ({ limit, after }) => {
      const newest = listed.selectAll().orderBy('id', 'desc').limit(limit)
      const rows = await (after === undefined ? newest : newest.where('id', '<', after)).execute()
      return rows.map(recordOf)
    },
    settle: async (id, takenAt) => {
      await db.updateTable('quarantine').set({ taken_at: takenAt }).where('id', '=', id).execute()
    },
    count: async () => {
      const rows = await listed
        .select((of) => ['topic', of.fn.countAll().as('count')])
        .groupBy('topic')
        .execute()
      return Object.fromEntries(rows.map(({ topic, count }) => [topic, Number(count)]))
    },
  }
}

function recordOf({ id, topic, message_id, body, because, at }: Selectable<Schema['quarantine']>): QuarantinedMessage {
  return { id, topic, messageId: message_id ?? id, body, because, at }
}
