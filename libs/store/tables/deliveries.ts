import type { Kysely } from 'kysely'
import type { DeliveryTable } from '../flow-tables.ts'
import type { Schema } from '../schema.ts'

/** Deliveries by their two keys. */
export function deliveryTable(db: Kysely<Schema>): DeliveryTable {
  return {
    findBuild: async ({ delivery, secretId, sha256 }) => {
      const row = await db
        .selectFrom('deliveries')
        .select('build_id')
        .where((of) => of.or([of('delivery', '=', delivery), of.and({ secret_id: secretId, sha256 })]))
        .executeTakeFirst()
      return row?.build_id
    },
    insert: async ({ delivery, secretId, sha256, buildId, at }) => {
      await db
        .insertInto('deliveries')
        .values({ delivery, secret_id: secretId, sha256, build_id: buildId, at })
        .execute()
    },
  }
}
