import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Migrations, openSqlite, openStore } from '../index.ts'
import { newBuild } from './records.ts'

test('what a former life left in the log is copied into the file and synced before anybody builds on it', async () => {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-store-'))
  undo.defer(() => rm(folder, { recursive: true }))
  const [path, copy] = [join(folder, 'store.sqlite'), join(folder, 'copy.sqlite')]
  const former = undo.use(await openStore(`sqlite:${path}`))
  await former.transaction(({ builds }) => builds.insert(newBuild(1)))
  for (const part of ['', '-wal']) await copyFile(path + part, copy + part) // as a kill leaves it
  const before = await stat(`${copy}-wal`)

  const store = undo.use(await openStore(`sqlite:${copy}`))

  expect(before.size).toBeGreaterThan(0)
  expect((await stat(`${copy}-wal`)).size).toBe(0)
  const found = await store.transaction(({ builds }) => builds.find(newBuild(1).id))
  expect(found?.id).toBe(newBuild(1).id)
})

test('a process that is killed in the middle of a migration makes it again when it starts', async () => {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-store-'))
  undo.defer(() => rm(folder, { recursive: true }))
  const [path, copy] = [join(folder, 'store.sqlite'), join(folder, 'copy.sqlite')]
  const migrations = (between: () => Promise<void>): Migrations => ({
    '0001-first': { up: (store) => store.schema.createTable('first').addColumn('id', 'text').execute() },
    '0002-second': {
      async up(store) {
        await store.schema.alterTable('first').addColumn('name', 'text').execute()
        await between()
        await store.schema.createIndex('first_name').on('first').column('name').execute()
      },
    },
  })
  const copyAll = async () => {
    for (const part of ['', '-wal']) await copyFile(path + part, copy + part) // as a kill leaves it
  }
  const former = await openSqlite(path, migrations(copyAll))
  undo.defer(() => former.destroy())

  const store = await openSqlite<{ first: { id: string; name: string } }>(
    copy,
    migrations(async () => undefined),
  )
  undo.defer(() => store.destroy())

  await store.insertInto('first').values({ id: 'a', name: 'b' }).execute()
  expect(await store.selectFrom('first').selectAll().execute()).toEqual([{ id: 'a', name: 'b' }])
})

test('a limit is part of the text of a query, so that SQLite plans it once', async () => {
  await using undo = new AsyncDisposableStack()
  const store = await openSqlite<{ some: { id: string } }>(':memory:', {})
  undo.defer(() => store.destroy())

  const query = store.selectFrom('some').select('id').where('id', '>', 'a').limit(7).compile()

  expect(query.sql).toBe('select "id" from "some" where "id" > ? limit 7')
  expect(query.parameters).toEqual(['a'])
})
