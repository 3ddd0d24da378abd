import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'
import type { RunnerTable } from '../store.ts'

/** Runners that registered. Whether one still lives is told by its counter of heartbeats, never by a time. */
export function runnerTable(db: Kysely<Schema>): RunnerTable {
  return {
    put: async ({ id, name, url, slots, labels, registeredAt }) => {
      const columns = { name, url, slots, labels_json: JSON.stringify(labels), registered_at: registeredAt }
      await db
        .insertInto('runners')
        .values({ id, ...columns, heartbeats: 0 })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet((of) => ({ ...columns, heartbeats: of('runners.heartbeats', '+', 1) })),
        )
        .execute()
    },
    list: async () => {
      const rows = await db.selectFrom('runners').selectAll().orderBy('name').orderBy('id').execute()
      return rows.map(({ labels_json, registered_at, ...row }) => ({
        ...row,
        labels: JSON.parse(labels_json) as string[], // written by `put`
        registeredAt: registered_at,
      }))
    },
    heartbeat: async (id) => {
      const beat = db.updateTable('runners').set((of) => ({ heartbeats: of('heartbeats', '+', 1) }))
      return (await beat.where('id', '=', id).executeTakeFirst()).numUpdatedRows === 1n
    },
    remove: async (id) => {
      await db.deleteFrom('runners').where('id', '=', id).execute()
    },
  }
}
