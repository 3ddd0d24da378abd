import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../index.ts'
import { describeStore } from './store-contract.ts'

describeStore('memory:', async () => {
  const store = await openStore('memory:')
  return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
})

describeStore('sqlite:', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-store-'))
  const store = await openStore(`sqlite:${directory}/store.sqlite`)
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
  }
})

test('a store is there again after it was closed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-store-'))
  const url = `sqlite:${directory}/store.sqlite`
  {
    await using store = await openStore(url)
    await store.transaction(({ inflow }) => inflow.keepMessage({ id: 'm', eventKey: 'k', buildId: 'b', at: 1 }))
  }

  await using store = await openStore(url)

  expect(await store.transaction(({ inflow }) => inflow.buildOfMessage('m'))).toBe('b')
  await rm(directory, { recursive: true })
})

test('a second process, or a file that is no store, is refused with what to do', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-store-'))
  await writeFile(join(directory, 'text'), 'this is no database, but it is long enough to be read as one, is it not?')

  const opened = openStore(`sqlite:${directory}/text`)

  await expect(opened).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  await expect(openStore('mysql://x')).rejects.toMatchObject({ code: 'STORE_URL_INVALID' })
  await rm(directory, { recursive: true })
})

test('of transactions that are committed together, one that throws leaves the others whole', async () => {
  await using store = await openStore('memory:')
  const keep = (id: string) =>
    store.transaction(({ inflow }) => inflow.keepMessage({ id, eventKey: id, buildId: 'b', at: 1 }))
  const failing = store.transaction(async ({ inflow }) => {
    await inflow.keepMessage({ id: 'lost', eventKey: 'k', buildId: 'b', at: 1 })
    throw new RangeError('no')
  })

  const ended = await Promise.allSettled([keep('one'), failing, keep('two')])

  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  const kept = await store.transaction(({ inflow }) => Promise.all(['one', 'lost', 'two'].map(inflow.buildOfMessage)))
  expect(kept).toEqual(['b', undefined, 'b'])
})

test('a store takes transactions in the order of the calls', async () => {
  await using store = await openStore('memory:')
  const order: number[] = []

  await Promise.all(Array.from({ length: 100 }, (_, place) => store.transaction(async () => void order.push(place))))

  expect(order).toEqual(Array.from({ length: 100 }, (_, place) => place))
})
