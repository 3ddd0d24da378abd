import { expect, test } from 'vitest'
import { untilAborted } from '../index.ts'

const forever = new Promise<never>(() => undefined)

test('what comes before an abort is given', async () => {
  expect(await untilAborted(Promise.resolve('here'), new AbortController().signal)).toBe('here')
})

test('an abort ends the waiting with its reason', async () => {
  const stop = new AbortController()

  const waiting = untilAborted(forever, stop.signal)
  stop.abort('enough')

  await expect(waiting).rejects.toBe('enough')
})

test('a signal that was aborted before ends the waiting too', async () => {
  await expect(untilAborted(forever, AbortSignal.abort('enough'))).rejects.toBe('enough')
})
