import { isProblem, problem } from '@narwhal/protocol'
import { type Kysely, sql } from 'kysely'
import { groupTransactions, type RunInGroup } from './group-transactions.ts'
import { storeMigrations } from './migrations.ts'
import { openSqlite } from './open-sqlite.ts'
import type { Schema } from './schema.ts'
import type { Store, StoreTables } from './store.ts'
import { attemptTable } from './tables/attempts.ts'
import { blobTable } from './tables/blobs.ts'
import { buildTable } from './tables/builds.ts'
import { cacheTable } from './tables/caches.ts'
import { chunkTable } from './tables/chunks.ts'
import { deliveryTable } from './tables/deliveries.ts'
import { inflowTable, outboxTable } from './tables/flows.ts'
import { jobTable } from './tables/jobs.ts'
import { quarantineTable } from './tables/quarantine.ts'
import { reportTable } from './tables/reports.ts'
import { runnerTable } from './tables/runners.ts'
import { secretTable } from './tables/secrets.ts'

/** How often a transaction is run again after somebody else was quicker. */
const conflictsAllowed = 10

/**
 * Opens the store: `sqlite:PATH` (durable) or `memory:` (the same code, gone with the process).
 *
 * @throws {ProblemError} STORE_URL_INVALID, STORE_UNAVAILABLE.
 */
export async function openStore(url: string): Promise<Store> {
  const db = await openSqlite<Schema>(pathOf(url), storeMigrations)
  const run = groupTransactions(db)
  return {
    transaction: (work) => transaction(run, work),
    readiness: () => readiness(db),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

function pathOf(url: string): string {
  if (url === 'memory:') return ':memory:'
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) return url.slice('sqlite:'.length)
  throw problem('STORE_URL_INVALID', `"${url}" is no store`)
}

async function transaction<T>(run: RunInGroup<Schema>, work: (tables: StoreTables) => Promise<T>): Promise<T> {
  for (let conflicts = 0; ; conflicts++) {
    try {
      return await run((open) => work(tablesOf(open)))
    } catch (error) {
      if (!isProblem(error, 'STORE_CONFLICT') || conflicts >= conflictsAllowed) throw error
    }
  }
}

function tablesOf(db: Kysely<Schema>): StoreTables {
  return {
    builds: buildTable(db),
    jobs: jobTable(db),
    attempts: attemptTable(db),
    chunks: chunkTable(db),
    runners: runnerTable(db),
    inflow: inflowTable(db),
    outbox: outboxTable(db),
    deliveries: deliveryTable(db),
    quarantine: quarantineTable(db),
    reports: reportTable(db),
    blobs: blobTable(db),
    caches: cacheTable(db),
    secrets: secretTable(db),
  }
}

async function readiness(db: Kysely<Schema>): Promise<string> {
  try {
    await sql`select 1`.execute(db)
    return 'ready'
  } catch (error) {
    return `the store does not answer: ${String(error)}`
  }
}
