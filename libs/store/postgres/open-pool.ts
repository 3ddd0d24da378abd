import { Pool, type PoolConfig, types } from 'pg'

/** Transactions of one process at once. */
const connections = 10

// All in milliseconds.
const connectWithinMs = 10_000
/** A query that takes longer is given up, and its connection with it: whoever would answer is gone. */
const queryWithinMs = 30_000
/** Whoever leaves a transaction open for so long does not live; others wait for its rows. */
const idleInTransactionMs = 10_000

const int8 = types.builtins.INT8
const bytea = types.builtins.BYTEA

/** Connections to the PostgreSQL at `url`. They are made when needed, and again when they broke. */
export function openPool(url: string): Pool {
  const pool = new Pool({
    ...settingsOf(url),
    max: connections,
    // All that a transaction reads is of one moment; who writes what changed since then begins again. See guard-writers.ts.
    // Serializable would need no more, but ran more than half of all transactions again: neighbours share pages of an index.
    options: `-c default_transaction_isolation=repeatable\\ read -c idle_in_transaction_session_timeout=${idleInTransactionMs}`,
  })
  pool.on('error', () => undefined) // an idle connection broke: the pool has forgotten it
  pool.on('connect', (client) => client.on('error', () => undefined)) // one in use: whoever uses it hears of it by his query
  return pool
}

/** How every connection is made. */
export function settingsOf(url: string): PoolConfig {
  return {
    connectionString: url,
    application_name: 'narwhal',
    keepAlive: true,
    connectionTimeoutMillis: connectWithinMs,
    query_timeout: queryWithinMs,
    types: { getTypeParser },
  }
}

/** Counts and times are safe integers; bytes come as SQLite gives them. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === int8) return Number
  const parse = types.getTypeParser(oid, format as 'text') as (value: string) => unknown // pg-types names its formats one by one
  if (oid !== bytea) return parse
  return (value) => new Uint8Array(parse(value) as Buffer) // what its parser of bytea makes
}
