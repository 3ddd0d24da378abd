import { problem } from '@narwhal/protocol'
import { Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { storeMigrations } from '../migrations.ts'
import type { Schema } from '../schema.ts'
import type { Store } from '../store.ts'
import { tablesOf } from '../tables-of.ts'
import { createRunnerClaims, postgresClaims } from './claims.ts'
import { guardWriters } from './guard-writers.ts'
import { keepPeers } from './keep-peers.ts'
import { openPool } from './open-pool.ts'
import { StoreDialect } from './postgres-dialect.ts'
import { runAgainAfterConflicts } from './run-again.ts'

const migrations = {
  ...storeMigrations,
  '0006-several-writers': { up: guardWriters },
  '0009-runner-claims': { up: createRunnerClaims },
}

/**
 * Opens the store in a PostgreSQL (14 or newer) and brings it to the newest schema. Any number of processes may do so.
 *
 * @throws {ProblemError} STORE_UNAVAILABLE when it does not answer, or a migration fails.
 */
export async function openPostgresStore(url: string): Promise<Store> {
  const db = new Kysely<Schema>({ dialect: new StoreDialect(openPool(url)) })
  await migrate(db, url)
  return {
    transaction: (work) =>
      runAgainAfterConflicts(() => db.transaction().execute((open) => work(tablesOf(open, postgresClaims)))),
    openPeers: (options) => keepPeers(url, options),
    readiness: () => readiness(db),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

async function migrate(db: Kysely<Schema>, url: string): Promise<void> {
  const provider = { getMigrations: async () => migrations }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error === undefined) return
  await db.destroy()
  const { host, pathname } = new URL(url)
  throw problem(
    'STORE_UNAVAILABLE',
    `${host}${pathname} cannot be opened: ${error instanceof Error ? error.message : 'unknown'}`,
    { cause: error },
  )
}

async function readiness(db: Kysely<Schema>): Promise<string> {
  try {
    const { rows } = await sql<{ standby: boolean }>`select pg_is_in_recovery() as standby`.execute(db)
    return rows[0]?.standby ? 'the store is a standby, which can only be read' : 'ready'
  } catch (error) {
    return `the store does not answer: ${String(error)}`
  }
}
