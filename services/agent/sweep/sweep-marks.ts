import type { Repository } from '@narwhal/protocol'
import type { Kysely } from 'kysely'
import type { GroupCommit } from '../group-commit.ts'
import type { InboxSchema } from '../inbox-schema.ts'

/** What sweeps remember, in the inbox. */
export interface SweepMarks {
  /** Repositories that a webhook has told of. */
  repositories(): Promise<readonly Repository[]>
  /** Whether a delivery with this id of the forge was kept, however it came. */
  isKept(deliveryId: string): Promise<boolean>
  /** Up to when a delivery log was swept: milliseconds since the epoch, by the forge's clock. */
  sweptUntil(source: string): Promise<number | undefined>
  keep(source: string, sweptUntil: number): Promise<void>
}

export function sweepMarks(store: Kysely<InboxSchema>, write: GroupCommit<InboxSchema>['write']): SweepMarks {
  return {
    repositories: () => store.selectFrom('repositories').select(['host', 'owner', 'name']).execute(),
    async isKept(deliveryId) {
      const kept = store.selectFrom('deliveries').select('message_id').where('delivery_id', '=', deliveryId)
      return (await kept.executeTakeFirst()) !== undefined
    },
    async sweptUntil(source) {
      const row = await store.selectFrom('sweeps').select('swept_until').where('source', '=', source).executeTakeFirst()
      return row?.swept_until
    },
    async keep(source, sweptUntil) {
      await write((transaction) =>
        transaction
          .insertInto('sweeps')
          .values({ source, swept_until: sweptUntil })
          .onConflict((conflict) => conflict.column('source').doUpdateSet({ swept_until: sweptUntil }))
          .execute(),
      )
    },
  }
}
