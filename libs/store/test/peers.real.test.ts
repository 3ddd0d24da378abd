import { scheduler } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrokerProxy } from '../../queue/test/broker-proxy.ts'
import { type PostgresToTest, providePostgres } from '../../../test/setup/provide-postgres.ts'
import { openStore, type PeersClock } from '../index.ts'

const opened = new AsyncDisposableStack()
let postgres: PostgresToTest
let url: string

beforeAll(async () => {
  postgres = opened.use(await providePostgres())
  url = opened.use(await postgres.openDatabase()).url
})

afterAll(() => opened.disposeAsync())

const clock: PeersClock = {
  monotonic: () => performance.now(),
  sleep: (ms, signal) => scheduler.wait(ms, signal === undefined ? {} : { signal }),
}
const patient = { timeout: 30_000, interval: 20 }

/** A process on the store, as far as its peers can tell. */
async function openPeer(storeUrl = url) {
  await using undo = new AsyncDisposableStack()
  const store = undo.use(await openStore(storeUrl))
  const heard: string[] = []
  let missed = 0
  const options = { clock, heard: (messages: readonly string[]) => heard.push(...messages), missed: () => missed++ }
  const peers = undo.use(store.openPeers(options))
  await expect.poll(() => missed, patient).toBeGreaterThan(0) // it listens
  const owned = undo.move()
  return { peers, heard, missed: () => missed, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

test('what one tells all others hear, each once, and itself does not', async () => {
  await using ada = await openPeer()
  await using bob = await openPeer()
  await using eve = await openPeer()
  const many = Array.from({ length: 300 }, (_, place) => `${place} ${'x'.repeat(100)}`)

  ada.peers.tell(['one', 'two', 'one'])
  ada.peers.tell(many)

  await expect.poll(() => bob.heard, patient).toEqual(['one', 'two', ...many])
  await expect.poll(() => eve.heard, patient).toEqual(['one', 'two', ...many])
  expect(ada.heard).toEqual([])
})

test('after its link broke one looks for itself, and so do those whom it could not tell', async () => {
  await using proxy = await startBrokerProxy(url)
  await using ada = await openPeer(proxy.url)
  await using bob = await openPeer()
  const before = [ada.missed(), bob.missed()]

  proxy.admit(false)
  proxy.cut()
  await expect.poll(() => ada.peers.hasTurn('any'), patient).toBe(false)
  ada.peers.tell(['lost'])
  proxy.admit(true)

  await expect.poll(() => [ada.missed(), bob.missed()], patient).toEqual(before.map((count) => count + 1))
  ada.peers.tell(['again'])
  await expect.poll(() => bob.heard, patient).toEqual(['again'])
})

test('a turn is with one, and passes on when it ends', async () => {
  await using bob = await openPeer()
  {
    await using ada = await openPeer()
    expect(await ada.peers.hasTurn('relay')).toBe(true)
    expect(await bob.peers.hasTurn('relay')).toBe(false)
    expect(await bob.peers.hasTurn('seal')).toBe(true)
    expect(await ada.peers.hasTurn('relay')).toBe(true)
  }

  await expect.poll(() => bob.peers.hasTurn('relay'), patient).toBe(true)
})

test('who cannot do what a turn is for leaves it to the other, and takes it back when the other ends', async () => {
  await using ada = await openPeer()
  {
    await using bob = await openPeer()
    expect(await ada.peers.hasTurn('relay')).toBe(true)
    expect(await bob.peers.hasTurn('relay')).toBe(false)

    await ada.peers.passTurn('relay')

    expect(await ada.peers.hasTurn('relay')).toBe(false)
    await expect.poll(() => bob.peers.hasTurn('relay'), patient).toBe(true)
  }
  await expect.poll(() => ada.peers.hasTurn('relay'), patient).toBe(true)
})

test('the turn of one that does not answer any more, with its connection still there, passes on', async () => {
  await using proxy = await startBrokerProxy(url)
  await using ada = await openPeer(proxy.url)
  await using bob = await openPeer()
  expect(await ada.peers.hasTurn('seal')).toBe(true)

  proxy.freeze()

  await expect.poll(() => bob.peers.hasTurn('seal'), patient).toBe(true)
  await expect.poll(() => ada.peers.hasTurn('seal'), patient).toBe(false)
})
