import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'

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

const queries = {
  jobs: 'select id, state, attempts from jobs',
  attempts: 'select id, job_id, number, state from attempts order by job_id, number',
} as const

const counted = ['outbox', 'chunks', 'quarantine'] as const

/** Reads a store that nobody writes any more. @param store the path of an SQLite file that nobody has open, or a URL of PostgreSQL */
export async function readStore(store: string): Promise<Stored> {
  if (!store.startsWith('postgres')) return readWith(readSqlite(store))
  const client = new Client({ connectionString: store })
  await client.connect()
  try {
    return await readWith(async (sql) => (await client.query(sql)).rows)
  } finally {
    await client.end()
  }
}

type Query = (sql: string) => Promise<unknown[]>

async function readWith(query: Query): Promise<Stored> {
  const counts = new Map<string, number>()
  for (const table of counted) {
    const [row] = (await query(`select count(*) as count from ${table}`)) as { count: number | string }[] // as the query says
    counts.set(table, Number(row?.count))
  }
  const jobs = (await query(queries.jobs)) as StoredJob[] // as the query says
  const attempts = (await query(queries.attempts)) as StoredAttempt[] // as the query says
  return {
    jobs: jobs.map((job) => ({ ...job, attempts: Number(job.attempts) })), // PostgreSQL gives large numbers as text
    attempts: attempts.map((attempt) => ({ ...attempt, number: Number(attempt.number) })),
    counts: Object.fromEntries(counts) as Stored['counts'], // each was counted
  }
}

function readSqlite(path: string): Query {
  return async (sql) => {
    using store = new DatabaseSync(path, { readOnly: true })
    return store.prepare(sql).all()
  }
}
