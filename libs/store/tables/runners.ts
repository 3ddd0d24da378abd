import type { Kysely, Selectable } from 'kysely'
import type { Claims } from '../claims.ts'
import type { Schema } from '../schema.ts'
import type { RunnerRecord, RunnerTable } from '../store.ts'

/** Runners that registered. Whether one still lives is told by its counter of heartbeats, never by a time. */
export function runnerTable(db: Kysely<Schema>, claims: Claims): RunnerTable {
  return {
    put: async ({ id, name, url, slots, labels, registeredAt, life }) => {
      const columns = { name, url, slots, labels_json: JSON.stringify(labels), registered_at: registeredAt, life }
      await db
        .insertInto('runners')
        .values({ id, ...columns, heartbeats: 0 })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet((of) => ({ ...columns, heartbeats: of('runners.heartbeats', '+', 1) })),
        )
        .execute()
    },
    find: async (id) => {
      const row = await db.selectFrom('runners').selectAll().where('id', '=', id).executeTakeFirst()
      return row && recordOf(row)
    },
    list: async () => {
      const rows = await db.selectFrom('runners').selectAll().orderBy('name').orderBy('id').execute()
      return rows.map(recordOf)
    },
    heartbeat: async (id) => {
      const beat = db.updateTable('runners').set((of) => ({ heartbeats: of('heartbeats', '+', 1) }))
      return (await beat.where('id', '=', id).executeTakeFirst()).numUpdatedRows === 1n
    },
    claim: async (ids) => (ids.length === 0 ? [] : claims.runners(db, ids)),
    remove: async (id) => {
      await db.deleteFrom('runners').where('id', '=', id).execute()
    },
  }
}

function recordOf({ labels_json, registered_at, ...row }: Selectable<Schema['runners']>): RunnerRecord {
  return { ...row, labels: JSON.parse(labels_json) as string[], registeredAt: registered_at } // written by `put`
}
