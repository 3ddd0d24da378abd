import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../index.ts'
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
