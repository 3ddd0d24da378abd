import { expect, test } from 'vitest'
import { type EachTaking, takeEach } from '../index.ts'
import { hurriedClock } from './hurried-clock.ts'

const message = (id: string) => ({ id, body: id, redelivered: false })
const batch = ['a', 'poison', 'b'].map(message)

/** Takes all but what `fails` has an error for. */
function taking(fails: (id: string) => Error | undefined) {
  const taken: string[] = []
  const aside: string[] = []
  const calls: number[] = []
  const all: EachTaking = {
    take: async (messages) => {
      calls.push(messages.length)
      for (const { id } of messages) {
        const error = fails(id)
        if (error !== undefined) throw error
      }
      taken.push(...messages.map(({ id }) => id))
    },
    quarantine: async ({ id }, cause) => void aside.push(`${id}: ${String(cause)}`),
    isPassing: (error) => error instanceof Error && error.message === 'the store is gone',
    clock: hurriedClock(100),
    signal: new AbortController().signal,
  }
  return { all, taken, aside, calls }
}

test('a batch that can be taken is taken at once', async () => {
  const { all, taken, calls } = taking(() => undefined)

  await takeEach(batch, all)

  expect([taken, calls]).toEqual([['a', 'poison', 'b'], [3]])
})

test('one message that fails whenever it is taken goes to quarantine with its error, the others are taken', async () => {
  const { all, taken, aside, calls } = taking((id) => (id === 'poison' ? new RangeError('no') : undefined))

  await takeEach(batch, all)

  expect(taken).toEqual(['a', 'b'])
  expect(aside).toEqual(['poison: RangeError: no'])
  expect(calls).toEqual([3, 1, 1, 1, 1, 1])
})

test('a message that fails once is taken at the next try', async () => {
  let failures = 2
  const { all, taken, aside } = taking((id) => (id === 'poison' && failures-- > 0 ? new RangeError('no') : undefined))

  await takeEach(batch, all)

  expect([taken, aside]).toEqual([['a', 'poison', 'b'], []])
})

test('while the store is gone nothing goes to quarantine: the batch comes again', async () => {
  const gone = new RangeError('the store is gone')
  const { all, taken, aside, calls } = taking(() => gone)

  await expect(takeEach(batch, all)).rejects.toBe(gone)

  expect([taken, aside, calls]).toEqual([[], [], [3]])
})

test.each([1, 2, 3])('a store that goes at try %i of a message alone puts nothing aside', async (tryAlone) => {
  let tries = 0
  const { all, aside } = taking((id) => {
    if (id !== 'poison') return undefined
    return new RangeError(tries++ < tryAlone ? 'no' : 'the store is gone') // the first is of the batch
  })

  await expect(takeEach(batch, all)).rejects.toThrow('the store is gone')

  expect(aside).toEqual([])
})
