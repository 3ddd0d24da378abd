import { isProblem } from '@narwhal/protocol'
import { type Kysely, sql } from 'kysely'
import { groupTransactions, type RunInGroup } from './group-transactions.ts'
import { storeMigrations } from './migrations.ts'
import { openSqlite } from './open-sqlite.ts'
import { noPeers } from './peers.ts'
import type { Claims } from './claims.ts'
import type { Schema } from './schema.ts'
import type { Store, StoreTables } from './store.ts'
import { tablesOf } from './tables-of.ts'

/** How often a transaction is run again after somebody else was quicker. */
const conflictsAllowed = 10

/** Opens the store in an SQLite file, or in memory. @throws {ProblemError} STORE_UNAVAILABLE */
export async function openSqliteStore(path: string): Promise<Store> {
  const db = await openSqlite<Schema>(path, storeMigrations)
  const run = groupTransactions(db)
  return {
    transaction: (work) => transaction(run, work),
    openPeers: () => noPeers,
    readiness: () => readiness(db),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

async function transaction<T>(run: RunInGroup<Schema>, work: (tables: StoreTables) => Promise<T>): Promise<T> {
  for (let conflicts = 0; ; conflicts++) {
    try {
      return await run((open) => work(tablesOf(open, everything)))
    } catch (error) {
      if (!isProblem(error, 'STORE_CONFLICT') || conflicts >= conflictsAllowed) throw error
    }
  }
}

/** There is one transaction at a time. */
const everything: Claims = { runners: async (_, ids) => ids, jobs: (query) => query }

async function readiness(db: Kysely<Schema>): Promise<string> {
  try {
    await sql`select 1`.execute(db)
    return 'ready'
  } catch (error) {
    return `the store does not answer: ${String(error)}`
  }
}
