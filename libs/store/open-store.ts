import { problem } from '@narwhal/protocol'
import { openPostgresStore } from './postgres/open-postgres-store.ts'
import { openSqliteStore } from './open-sqlite-store.ts'
import type { Store } from './store.ts'

/**
 * Opens the store: `postgres://USER:PASSWORD@HOST:PORT/DATABASE` (for several dispatchers at once), `sqlite:PATH` (durable,
 * for one) or `memory:` (gone with the process).
 *
 * @throws {ProblemError} STORE_URL_INVALID, STORE_UNAVAILABLE.
 */
export async function openStore(url: string): Promise<Store> {
  if (url === 'memory:') return openSqliteStore(':memory:')
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) return openSqliteStore(url.slice('sqlite:'.length))
  if (/^postgres(?:ql)?:\/\/./.test(url) && URL.canParse(url)) return openPostgresStore(url)
  throw problem('STORE_URL_INVALID', `"${url.replace(/\/\/.*@/, '//…@')}" is no store`)
}
