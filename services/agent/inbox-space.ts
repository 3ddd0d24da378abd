import { problem } from '@narwhal/protocol'
import type { Kysely } from 'kysely'
import type { InboxSchema } from './inbox-schema.ts'

/** Counts the bytes that are in the inbox or on their way into it. */
export interface Space {
  /** Holds `bytes` while `keep` runs, and after it when it resolves. @throws {ProblemError} INBOX_FULL */
  hold<T>(bytes: number, keep: () => Promise<T>): Promise<T>
  free(bytes: number): void
  isFull(): boolean
}

export async function openSpace(store: Kysely<InboxSchema>, limitBytes: number): Promise<Space> {
  const kept = await store
    .selectFrom('messages')
    .select(({ fn }) => fn.sum<number | null>('bytes').as('bytes'))
    .executeTakeFirstOrThrow()
  let heldBytes = kept.bytes ?? 0
  return {
    isFull: () => heldBytes >= limitBytes,
    free: (bytes) => void (heldBytes -= bytes),
    async hold(bytes, keep) {
      if (heldBytes + bytes > limitBytes)
        throw problem('INBOX_FULL', `The inbox holds ${heldBytes} of ${limitBytes} bytes that wait for the queue`)
      heldBytes += bytes
      try {
        return await keep()
      } catch (error) {
        heldBytes -= bytes
        throw error
      }
    },
  }
}
