import { problem } from '@narwhal/protocol'
import type { UpdateResult } from 'kysely'

/** Ends the transaction when somebody else changed the row since it was read; the store runs it again. */
export function expectOne(updated: UpdateResult, what: string): void {
  if (updated.numUpdatedRows !== 1n) throw problem('STORE_CONFLICT', `${what} was changed by somebody else`)
}
