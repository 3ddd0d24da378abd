import { expect, test } from 'vitest'
import { allTogether } from '../steps/all-together.ts'

const never = new AbortController().signal

test('when one fails the others are aborted, and it is told once they have ended', async () => {
  const ended: string[] = []
  const failing = async () => {
    throw new RangeError('the first failure')
  }
  const slow = async (signal: AbortSignal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    await new Promise((resolve) => setImmediate(resolve)) // it takes back what it had made
    ended.push('slow')
    signal.throwIfAborted()
  }

  const all = allTogether([failing, slow], never)

  await expect(all).rejects.toThrow('the first failure')
  expect(ended).toEqual(['slow'])
})

test('what all of them give comes in their order', async () => {
  expect(await allTogether([async () => 1, async () => 'two'], never)).toEqual([1, 'two'])
  expect(await allTogether([], never)).toEqual([])
})

test('an abort from outside reaches all', async () => {
  const stop = new AbortController()
  const waiting = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

  const all = allTogether([waiting, waiting], stop.signal)
  stop.abort('enough')

  await expect(all).rejects.toBe('enough')
})
