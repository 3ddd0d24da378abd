import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PostgresToTest, providePostgres } from '../../../test/setup/provide-postgres.ts'
import { startPostgres } from '../../../test/setup/start-postgres.ts'
import { openStore, type Store } from '../index.ts'

let postgres: PostgresToTest

beforeAll(async () => {
  postgres = await providePostgres()
})

afterAll(() => postgres[Symbol.asyncDispose]())

const keep = (store: Store, id: string) =>
  store.transaction(({ inflow }) => inflow.keepMessage({ id, eventKey: id, buildId: 'b', at: 1 }))
const isKept = async (store: Store, id: string) =>
  (await store.transaction(({ inflow }) => inflow.buildOfMessage(id))) === 'b'

/** Stands between a store and its PostgreSQL. */
async function openProxy(url: string) {
  const real = new URL(url)
  const open = new Set<Socket>()
  let losesAnswers = false
  const listening = createServer((near) => {
    const far = connect(Number(real.port), real.hostname)
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => [near, far].forEach((one) => one.destroy()))
    }
    near.pipe(far)
    far.on('data', (answer) => (losesAnswers ? near.destroy() : near.write(answer)))
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address()
  const proxied = new URL(url)
  proxied.port = String(typeof address === 'object' ? address?.port : '')
  const cut = () => open.forEach((socket) => socket.destroy())
  return {
    url: proxied.href,
    cut,
    loseAnswers: (loses: boolean) => void (losesAnswers = loses),
    async [Symbol.asyncDispose]() {
      listening.close()
      cut()
      await once(listening, 'close')
    },
  }
}

test('a commit whose answer is lost rejects and is not repeated: it may have happened', async () => {
  await using database = await postgres.openDatabase()
  await using proxy = await openProxy(database.url)
  await using store = await openStore(proxy.url)
  let times = 0

  const lost = store.transaction(async ({ inflow }) => {
    times += 1
    await inflow.keepMessage({ id: 'm', eventKey: 'k', buildId: 'b', at: 1 })
    proxy.loseAnswers(true)
  })

  await expect(lost).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  proxy.loseAnswers(false)
  expect(times).toBe(1)
  await expect.poll(() => isKept(store, 'm')).toBe(true)
})

test('a connection that breaks before the commit leaves nothing, and the next transaction has another one', async () => {
  await using database = await postgres.openDatabase()
  await using proxy = await openProxy(database.url)
  await using store = await openStore(proxy.url)
  let times = 0

  const broken = store.transaction(async ({ inflow }) => {
    times += 1
    await inflow.keepMessage({ id: 'm', eventKey: 'k', buildId: 'b', at: 1 })
    proxy.cut()
    await inflow.buildOfMessage('m')
  })

  await expect(broken).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(times).toBe(1)
  expect(await isKept(store, 'm')).toBe(false)
  expect(await keep(store, 'm')).toBe(true)
})

test('after PostgreSQL was stopped, and after it was killed, the same store goes on with what it had', async () => {
  await using server = await startPostgres()
  await using store = await openStore(server.url)
  await keep(store, 'first')

  await server.stop()
  await expect(keep(store, 'refused')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(await store.readiness()).toMatch(/^the store does not answer/)
  await server.start()
  expect(await store.readiness()).toBe('ready')
  await keep(store, 'second')
  await server.kill()
  await server.start()

  await expect.poll(() => store.readiness()).toBe('ready')
  expect(await Promise.all(['first', 'refused', 'second'].map((id) => isKept(store, id)))).toEqual([true, false, true])
})

test('a PostgreSQL that is not there, or lets nobody in, is told with what to do and without the password', async () => {
  const opening = openStore('postgres://ada:earl-grey@127.0.0.1:1/narwhal')

  await expect(opening).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  await expect(opening).rejects.not.toThrow('earl-grey')
  await expect(openStore('postgres:nothing')).rejects.toMatchObject({ code: 'STORE_URL_INVALID' })
})

test('two that open an empty store at once both have it', async () => {
  await using database = await postgres.openDatabase()

  const stores = await Promise.all([openStore(database.url), openStore(database.url)])

  for (const [place, store] of stores.entries()) expect(await keep(store, `m${place}`)).toBe(true)
  for (const store of stores) await store[Symbol.asyncDispose]()
})

test('a message with a NUL in it, which no text of PostgreSQL can have, goes to quarantine all the same', async () => {
  await using database = await postgres.openDatabase()
  await using store = await openStore(database.url)
  const message = { id: 'q', topic: 'commits', messageId: 'm', body: 'a\0b', because: 'it is odd', at: 1 }

  await store.transaction(({ quarantine }) => quarantine.put(message))

  const kept = await store.transaction(({ quarantine }) => quarantine.find('q'))
  expect(kept).toEqual({ ...message, body: 'a\uFFFDb' })
})
