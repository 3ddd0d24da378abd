import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type Migrations, TunedSqliteDialect } from '@narwhal/store'
import { Kysely } from 'kysely'
import type { Life } from '../core/life.ts'
import type { World } from '../core/world.ts'

// The disk of an agent or a reporter: one SQLite database, which outlives the lives of its machine. What was committed is there
// after a crash, what was not is gone. A commit may fail, or be done and look as if it had failed.

/** A database that many schedules use one after the other. */
export interface Platter {
  readonly database: DatabaseSync
}

export interface Disk {
  /** The database as a new life opens it. */
  open<Schema>(life: Life): Kysely<Schema>
  fill(ms: number): void
  /** How far a reporter's outbox has heard of a build; 0: nothing. */
  progressOf(buildId: string): number
  /** Whether it knows that the build has ended. */
  hasEnded(buildId: string): boolean
  /** Why a report of the build was given up. */
  refusalOf(buildId: string): string | undefined
  /** Rows by table. */
  count(table: string): number
}

/** Makes a database with its tables. */
export async function newPlatter(migrations: Migrations): Promise<Platter> {
  const database = new DatabaseSync(':memory:')
  const store = new Kysely<unknown>({ dialect: dialectOn(database, () => undefined) })
  for (const name of Object.keys(migrations).toSorted()) await migrations[name]?.up(store)
  return { database }
}

/** An empty disk for one machine of a schedule. */
export function openDisk(world: World, { database }: Platter, name: string): Disk {
  const { timeline, decisions, trace } = world
  let fullUntil = 0
  const { statement } = preparedFor(database)
  if (database.isTransaction) database.exec('rollback')
  empty(database)

  const hasTable = statement(`select 1 from sqlite_master where name = 'progress'`).get() !== undefined

  function progress(buildId: string): readonly Record<string, unknown>[] {
    return hasTable ? statement('select * from progress where build_id = ?').all(buildId) : []
  }

  function beforeCommit(life: Life): void {
    if (!life.passes()) throw diskError('the machine is dead', 10)
    const isFull = fullUntil > timeline.nowMs && !decisions.isCalm
    if (isFull) throw diskError('database or disk is full', 13)
  }

  function afterCommit(life: Life): void {
    if (!life.passes()) throw diskError('the machine is dead', 10)
    if (decisions.happens('disk-unknown', name)) throw diskError('disk I/O error', 10)
  }

  return {
    open(life) {
      if (database.isTransaction) database.exec('rollback')
      return new Kysely({
        dialect: dialectOn(database, (sql, when) => {
          if (life.isOver) throw diskError('the machine is dead', 10)
          if (sql === 'commit') (when === 'before' ? beforeCommit : afterCommit)(life)
        }),
      })
    },
    fill(ms) {
      decisions.count('disk-full')
      trace.say(name, `its disk is full for ${Math.round(ms)} ms`)
      fullUntil = timeline.nowMs + ms
    },
    progressOf: (buildId) => Math.max(0, ...progress(buildId).map(({ sequence }) => Number(sequence))),
    hasEnded: (buildId) => progress(buildId).some((row) => row['is_terminal'] === 1),
    refusalOf: (buildId) =>
      progress(buildId).flatMap((row) => (typeof row['refusal_code'] === 'string' ? [row['refusal_code']] : []))[0],
    count: (table) => Number(statement(`select count(*) as count from ${table}`).get()?.['count']),
  }
}

/** As node:sqlite says it; 10 is SQLITE_IOERR, 13 SQLITE_FULL. */
function diskError(message: string, errcode: number): Error {
  return Object.assign(new RangeError(message), { code: 'ERR_SQLITE_ERROR', errcode })
}

function empty(database: DatabaseSync): void {
  const tables = preparedFor(database)
    .statement(`select name from sqlite_master where type = 'table' and name not in ('probes')`)
    .all()
  for (const { name } of tables)
    preparedFor(database)
      .statement(`delete from ${String(name)}`)
      .run()
}

type Around = (sql: string, when: 'before' | 'after') => void

function dialectOn(database: DatabaseSync, around: Around): TunedSqliteDialect {
  const { statement, reads } = preparedFor(database)
  return new TunedSqliteDialect({
    database: {
      close: () => undefined,
      prepare(sql) {
        if (sql === 'rollback' && !database.isTransaction) return nothing
        const prepared = statement(sql === 'begin' ? 'begin immediate' : sql)
        const inside = <T>(what: () => T): T => {
          if (sql !== 'rollback') around(sql, 'before')
          const value = what()
          if (sql === 'commit') around(sql, 'after')
          return value
        }
        const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[] // what the queries were given
        return {
          reader: reads(prepared),
          all: (parameters) => inside(() => prepared.all(...values(parameters))),
          run: (parameters) => inside(() => prepared.run(...values(parameters))),
          iterate: (parameters) => prepared.iterate(...values(parameters)) as IterableIterator<unknown>, // the same, untyped
        }
      },
    },
  })
}

const nothing = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
}

interface Prepared {
  /** Prepared once for all schedules of this database. */
  statement(sql: string): StatementSync
  /** Whether it gives rows. */
  reads(statement: StatementSync): boolean
}

const prepared = new WeakMap<DatabaseSync, Prepared>()

function preparedFor(database: DatabaseSync): Prepared {
  const known = prepared.get(database) ?? prepareFor(database)
  prepared.set(database, known)
  return known
}

function prepareFor(database: DatabaseSync): Prepared {
  const statements = new Map<string, StatementSync>()
  const readers = new Map<StatementSync, boolean>()
  return {
    statement(sql) {
      const known = statements.get(sql) ?? database.prepare(sql)
      statements.set(sql, known)
      return known
    },
    reads(statement) {
      const known = readers.get(statement) ?? statement.columns().length > 0
      readers.set(statement, known)
      return known
    },
  }
}
