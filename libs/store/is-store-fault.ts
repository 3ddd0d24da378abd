import { isProblem } from '@narwhal/protocol'

/**
 * Whether an error of a transaction says that the store could not do it now, and nothing of what it was asked to do: it is
 * unavailable, full, or somebody else was quicker. What is not known for certain to come from the data is the store's.
 */
export function isStoreFault(error: unknown): boolean {
  if (isProblem(error)) return error.code === 'STORE_CONFLICT' || error.code === 'STORE_UNAVAILABLE'
  if (!(error instanceof Error)) return false
  if ('errcode' in error && typeof error.errcode === 'number') return !sqliteFaultsOfData.has(error.errcode & 0xff)
  if (error.constructor === Error) return true // ours have a class; so speaks the driver of PostgreSQL of lost connections
  if (!('code' in error) || typeof error.code !== 'string') return false
  if (/^[0-9A-Z]{5}$/.test(error.code)) return !/^(?:22|23|54)/.test(error.code) // SQLSTATE: data, constraints, limits
  return !error.code.startsWith('ERR_') // of the system or the connection, such as ECONNRESET; ERR_… is a bug in our code
}

/** SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_RANGE. */
const sqliteFaultsOfData = new Set([18, 19, 20, 25])
