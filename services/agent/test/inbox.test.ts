import { join } from 'node:path'
import { newId, systemClock } from '@narwhal/host'
import { isProblem } from '@narwhal/protocol'
import { openSqlite } from '@narwhal/store'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type Delivery, openInbox, openInboxIn } from '../inbox.ts'
import { type InboxSchema, inboxMigrations } from '../inbox-schema.ts'
import { anySha, openDirectory } from './open-test-agent.ts'

const options = { limitBytes: 1024 ** 3, clock: systemClock }

function delivery(given: Partial<Delivery> = {}): Delivery {
  const sha = anySha()
  const repository = { host: 'github.com', owner: 'octo', name: 'hello' }
  return {
    deliveryId: sha,
    secretId: 'first',
    body: Buffer.from(sha),
    message: {
      version: 1,
      id: newId(systemClock.now()),
      eventKey: sha,
      receivedAt: systemClock.now(),
      commit: { repository, ref: 'refs/heads/main', sha, trigger: 'push' },
    },
    ...given,
  }
}

test('what was kept is there after the inbox is opened again, in the order of arrival', async () => {
  await using directory = await openDirectory()
  const path = join(directory.path, 'inbox.sqlite')
  const kept = [delivery(), delivery(), delivery()]
  {
    await using inbox = await openInbox(path, options)
    for (const one of kept) await inbox.keep(one)
  }

  await using inbox = await openInbox(path, options)

  const unrelayed = await inbox.takeUnrelayed(10)
  expect(unrelayed.map(({ message }) => JSON.parse(message))).toEqual(kept.map(({ message }) => message))
})

test('deliveries that come together are all kept, and their repetitions are duplicates of the first', async () => {
  await using inbox = await openInbox(':memory:', options)
  const all = Array.from({ length: 500 }, () => delivery())

  const kept = await Promise.all(
    [...all, ...all.map((one) => ({ ...one, message: delivery().message }))].map(inbox.keep),
  )

  expect(kept.slice(0, 500)).toEqual(all.map(({ message }) => ({ id: message.id, duplicate: false })))
  expect(kept.slice(500)).toEqual(all.map(({ message }) => ({ id: message.id, duplicate: true })))
  expect(await inbox.depth()).toBe(500)
})

test('a delivery stays known after it was relayed', async () => {
  await using inbox = await openInbox(':memory:', options)
  const first = delivery()
  await inbox.keep(first)

  await inbox.markRelayed([first.message.id])

  expect(await inbox.depth()).toBe(0)
  expect(await inbox.keep({ ...delivery(), deliveryId: first.deliveryId })).toMatchObject({ duplicate: true })
  expect(await inbox.keep({ ...delivery(), body: first.body })).toMatchObject({ duplicate: true })
  expect(await inbox.keep({ ...delivery(), body: first.body, secretId: 'second' })).toMatchObject({ duplicate: false })
})

test('a full inbox refuses, says so, and takes again when something was relayed', async () => {
  await using inbox = await openInbox(':memory:', { ...options, limitBytes: 10_000 })
  const large = delivery({ body: Buffer.alloc(8_976) })
  await inbox.keep(large)

  await expect(inbox.keep(delivery())).rejects.toSatisfy((error) => isProblem(error, 'INBOX_FULL'))
  expect(await inbox.readiness()).toMatch('full')

  await inbox.markRelayed([large.message.id])
  expect(await inbox.readiness()).toBe('ready')
  expect(await inbox.keep(delivery())).toMatchObject({ duplicate: false })
})

test('the bytes that wait count also after the inbox is opened again', async () => {
  await using directory = await openDirectory()
  const path = join(directory.path, 'inbox.sqlite')
  {
    await using inbox = await openInbox(path, options)
    await inbox.keep(delivery({ body: Buffer.alloc(9_000) }))
  }

  await using inbox = await openInbox(path, { ...options, limitBytes: 10_000 })

  await expect(inbox.keep(delivery())).rejects.toSatisfy((error) => isProblem(error, 'INBOX_FULL'))
})

test('when the disk is full nothing is kept, and the inbox goes on by itself when there is space', async () => {
  const store = await openSqlite<InboxSchema>(':memory:', inboxMigrations)
  await using inbox = await openInboxIn(store, options)
  const huge = delivery({ body: Buffer.alloc(1024 * 1024) })
  await sql`pragma max_page_count = 40`.execute(store)

  await expect(inbox.keep(huge)).rejects.toSatisfy((error) => isProblem(error, 'INBOX_UNAVAILABLE'))
  expect(await inbox.depth()).toBe(0)

  await sql`pragma max_page_count = 1000000`.execute(store)
  expect(await inbox.readiness()).toBe('ready')
  expect(await inbox.keep(huge)).toEqual({ id: huge.message.id, duplicate: false })
})

test('heads are kept together with their messages', async () => {
  await using inbox = await openInbox(':memory:', options)
  const { message } = delivery()
  const moved = [
    { ref: 'refs/heads/main', sha: 'a'.repeat(40) },
    { ref: 'refs/heads/old', sha: 'b'.repeat(40) },
  ]

  await inbox.keepHeads({ repository: 'local/a/b', moved, goneRefs: [], messages: [message] })
  await inbox.keepHeads({ repository: 'local/a/b', moved: [], goneRefs: ['refs/heads/old'], messages: [] })

  expect(await inbox.headsOf('local/a/b')).toEqual(new Map([['refs/heads/main', 'a'.repeat(40)]]))
  expect(await inbox.headsOf('local/a/c')).toEqual(new Map())
  expect(await inbox.takeUnrelayed(10)).toMatchObject([{ id: message.id }])
})

test('heads whose message cannot be kept do not move', async () => {
  await using inbox = await openInbox(':memory:', options)
  const { message } = delivery()
  const moved = [{ ref: 'refs/heads/main', sha: 'a'.repeat(40) }]
  await inbox.keepHeads({ repository: 'local/a/b', moved: [], goneRefs: [], messages: [message] })

  const again = inbox.keepHeads({ repository: 'local/a/b', moved, goneRefs: [], messages: [message] })

  await expect(again).rejects.toSatisfy((error) => isProblem(error, 'INBOX_UNAVAILABLE'))
  expect(await inbox.headsOf('local/a/b')).toEqual(new Map())
})
