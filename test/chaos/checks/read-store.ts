import { DatabaseSync } from 'node:sqlite'

export interface StoredAttempt {
  readonly id: string
  readonly job_id: string
  readonly number: number
  readonly state: string
}

export interface StoredJob {
  readonly id: string
  readonly state: string
  readonly attempts: number
}

/** What the store holds once everybody has left it. */
export interface Stored {
  readonly jobs: readonly StoredJob[]
  readonly attempts: readonly StoredAttempt[]
  /** Rows of tables that empty themselves. */
  readonly counts: Readonly<Record<'outbox' | 'chunks' | 'quarantine', number>>
}

/** Reads an SQLite store that nobody has open. */
export function readSqliteStore(path: string): Stored {
  using store = new DatabaseSync(path, { readOnly: true })
  const all = <T>(sql: string) => store.prepare(sql).all() as unknown as T[] // as the query says
  const count = (table: string) =>
    all<{ count: number }>(`select count(*) as count from ${table}`)[0]?.count ?? Number.NaN
  return {
    jobs: all('select id, state, attempts from jobs'),
    attempts: all('select id, job_id, number, state from attempts order by job_id, number'),
    counts: { outbox: count('outbox'), chunks: count('chunks'), quarantine: count('quarantine') },
  }
}
