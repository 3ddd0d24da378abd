import { isProblem } from '@narwhal/protocol'
import { DatabaseError } from 'pg'

// 1. What PostgreSQL itself has refused has not happened, whether the refusal came to a query or to the commit: it is run again.
// 2. When the connection broke, nobody knows: it rejects, and is never repeated here.

/** Serialization failure, deadlock, and a unique key that somebody else was quicker with. */
const conflicts = new Set(['40001', '40P01', '23505'])

/** How often a transaction is run again. Each time somebody else went on: it cannot go round in circles. */
const conflictsAllowed = 50

/** Runs a transaction, and again while others are quicker. */
export async function runAgainAfterConflicts<T>(transaction: () => Promise<T>): Promise<T> {
  for (let count = 0; ; count++) {
    try {
      return await transaction()
    } catch (error) {
      if (!isConflict(error) || count >= conflictsAllowed) throw error
    }
  }
}

function isConflict(error: unknown): boolean {
  if (error instanceof DatabaseError) return conflicts.has(error.code ?? '')
  return isProblem(error, 'STORE_CONFLICT')
}
