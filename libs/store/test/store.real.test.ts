import { afterAll, beforeAll } from 'vitest'
import { type PostgresToTest, providePostgres } from '../../../test/setup/provide-postgres.ts'
import { openStore } from '../index.ts'
import { describeKept } from './kept-contract.ts'
import type { StoreUnderTest } from './records.ts'
import { describeStore } from './store-contract.ts'

let postgres: PostgresToTest

beforeAll(async () => {
  postgres = await providePostgres()
})

afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
})

describeStore('postgres:', openEmpty)
describeKept('postgres:', openEmpty)

async function openEmpty(): Promise<StoreUnderTest> {
  const database = await postgres.openDatabase()
  const store = await openStore(database.url)
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}
