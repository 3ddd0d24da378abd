import type { CommitMessage } from '@narwhal/protocol'
import type { Kysely } from 'kysely'
import type { InboxSchema } from './inbox-schema.ts'

/** What changed in a watched repository, and the messages that tell of it. */
export interface HeadMoves {
  /** `host/owner/name` */
  readonly repository: string
  readonly moved: readonly { readonly ref: string; readonly sha: string }[]
  readonly goneRefs: readonly string[]
  readonly messages: readonly CommitMessage[]
}

/** Writes cursors and messages; to be called within one transaction. */
export async function writeHeads(store: Kysely<InboxSchema>, moves: HeadMoves, rowBytes: number): Promise<void> {
  const { repository, moved, goneRefs, messages } = moves
  for (const { ref, sha } of moved) {
    await store
      .insertInto('cursors')
      .values({ repository, ref, sha })
      .onConflict((conflict) => conflict.columns(['repository', 'ref']).doUpdateSet({ sha }))
      .execute()
  }
  for (const ref of goneRefs)
    await store.deleteFrom('cursors').where('repository', '=', repository).where('ref', '=', ref).execute()
  for (const message of messages) {
    const row = { id: message.id, message: JSON.stringify(message), body: null, bytes: rowBytes }
    await store.insertInto('messages').values(row).execute()
  }
}
