import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { problem } from '@narwhal/protocol'
import { Kysely, type SqliteDatabase } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { TunedSqliteDialect } from './sqlite-dialect.ts'
import { type SqliteFaults, sqliteFaults } from './sqlite-faults.ts'

/** Migrations by name; they run in the order of their names, each once. */
export type Migrations = Readonly<Record<string, Migration>>

/**
 * Opens an SQLite file (or `:memory:`), makes it when it is missing, and brings it to the newest schema, wholly or not at all.
 *
 * Durable: write-ahead log, synchronous=FULL. One process and one connection a file; transactions begin immediate. A full
 * disk is STORE_UNAVAILABLE to whoever writes; any other error of the disk ends the process (see sqlite-faults.ts).
 *
 * @throws {ProblemError} STORE_UNAVAILABLE when the file cannot be opened, is no database, or a migration fails.
 */
export async function openSqlite<Schema>(path: string, migrations: Migrations): Promise<Kysely<Schema>> {
  try {
    const store = new Kysely<Schema>({ dialect: new TunedSqliteDialect({ database: openDatabase(path) }) })
    const provider = { getMigrations: async () => ({ ...migrations }) }
    const { error } = await new Migrator({ db: store, provider }).migrateToLatest()
    if (error !== undefined) throw error
    return store
  } catch (error) {
    throw problem('STORE_UNAVAILABLE', `${path} cannot be opened: ${String(error)}`, { cause: error })
  }
}

function openDatabase(path: string): SqliteDatabase {
  const database = openFile(path)
  const faults = sqliteFaults(path)
  const prepared = new Map<string, Statement>()
  return {
    close: () => database.close(),
    prepare(sql) {
      // After a full disk SQLite has rolled back by itself; a second rollback would hide the error that did it.
      if (sql === 'rollback' && (faults.isBroken() || !database.isTransaction)) return nothing
      const known = prepared.get(sql)
      if (known !== undefined) return known
      // A deferred transaction that reads and then writes would fail at once when another connection wrote.
      const statement = adapt(database.prepare(sql === 'begin' ? 'begin immediate' : sql), faults)
      prepared.set(sql, statement)
      const [oldest = sql] = prepared.keys()
      if (prepared.size > mostPrepared) prepared.delete(oldest)
      return statement
    },
  }
}

/** Statements that are kept; queries with lists have one for each length. */
const mostPrepared = 500

function openFile(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  using undo = new DisposableStack()
  const database = undo.adopt(new DatabaseSync(path, { timeout: 5_000 }), (opened) => opened.close())
  if (path !== ':memory:') database.exec('PRAGMA locking_mode = EXCLUSIVE') // before the log is used, so that its index is no file
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)') // sqlite-faults.ts, 3
  undo.move()
  return database
}

const nothing = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
}

type Statement = ReturnType<SqliteDatabase['prepare']>

/** node:sqlite knows from the statement itself whether it gives rows, also for RETURNING. */
function adapt(statement: StatementSync, { guard }: SqliteFaults): Statement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[] // kysely passes what the queries were given
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => guard(() => statement.all(...values(parameters))),
    run: (parameters) => guard(() => statement.run(...values(parameters))),
    iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<unknown>, // the same iterator, untyped
  }
}
