import { problem } from '@narwhal/protocol'
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { DatabaseError, type Pool, type PoolClient } from 'pg'

// 1. An error that PostgreSQL has not sent is one of the connection; so are those with which it ends a connection, or says
//    that it has no room. They become STORE_UNAVAILABLE. The rest passes as it is.
// 2. PostgreSQL has no text with a NUL in it: U+FFFD stands for it, wherever it is written or looked for.
// 3. A statement is prepared once on each connection: its name is its place in `known`.

/** Connection exception, insufficient resources, operator intervention, system error. */
const unavailable = /^(?:08|53|57|58)/

/** Statements that have a name; lists of different lengths make ever new ones. */
const knownAtMost = 500

/** The pool as kysely uses it. */
export function kyselyPool(pool: Pool): PostgresPool {
  const known = new Map<string, string>()
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => clientOf(await pool.connect().catch(tell), known),
  }
}

function clientOf(client: PoolClient, known: Map<string, string>): PostgresPoolClient {
  function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  function query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== 'string') throw problem('INTERNAL', 'the store is read without cursors')
    return client.query({ text: sql, values: parameters.map(withoutNul), ...nameOf(sql, known) }).catch(tell)
  }
  return { query, release: (destroy) => client.release(destroy) }
}

function withoutNul(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
}

function nameOf(text: string, known: Map<string, string>): { readonly name?: string } {
  const name = known.get(text)
  if (name !== undefined) return { name }
  if (known.size < knownAtMost) known.set(text, `q${known.size}`)
  return {}
}

function tell(error: unknown): never {
  if (error instanceof DatabaseError && !unavailable.test(error.code ?? '')) throw error
  throw problem('STORE_UNAVAILABLE', `PostgreSQL does not answer: ${String(error)}`, { cause: error })
}
