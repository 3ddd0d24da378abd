import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFaultProxy } from '../../../test/chaos/proxy/fault-proxy.ts'
import { type PostgresToTest, providePostgres } from '../../../test/setup/provide-postgres.ts'
import { openStore } from '../index.ts'

let postgres: PostgresToTest

beforeAll(async () => {
  postgres = await providePostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

test('a connection that is reset within a transaction fails that transaction and nothing else', async () => {
  await using database = await postgres.openDatabase()
  const url = new URL(database.url)
  await using proxy = await openFaultProxy('store', Number(url.port))
  url.port = String(proxy.port)
  await using store = await openStore(url.href)

  const broken = store.transaction(async (tables) => {
    await tables.runners.list()
    proxy.begin({ kind: 'reset' })
    await expect.poll(() => proxy.connections()).toBe(0)
    return tables.runners.list()
  })

  await expect(broken).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  proxy.end()
  await expect(store.transaction((tables) => tables.runners.list())).resolves.toEqual([])
})
