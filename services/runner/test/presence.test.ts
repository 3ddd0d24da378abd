import { expect, test } from 'vitest'
import { openTestRunner, poll } from './open-test-runner.ts'

test('a registered runner keeps a presence stream open, and opens it again when it ends', async () => {
  await using runner = await openTestRunner()
  const { dispatcher } = runner
  const opened = () => dispatcher.calls.filter((call) => call === 'presence').length
  await poll(() => opened() === 1)

  dispatcher.endPresence()

  await poll(() => opened() === 2)
  expect(dispatcher.calls.indexOf('register')).toBeLessThan(dispatcher.calls.indexOf('presence'))
})

test('a dispatcher that forgot the runner gets its stream once it knows it again', async () => {
  await using runner = await openTestRunner({ heartbeatMs: 50 })
  const { calls, known } = runner.dispatcher
  await poll(() => calls.includes('presence'))

  known.clear()
  runner.dispatcher.endPresence()

  await poll(() => calls.lastIndexOf('presence') > calls.lastIndexOf('register') && known.has(runner.id))
  expect(calls.filter((call) => call === 'register')).toHaveLength(2)
})

test('a runner that leaves ends its stream only when the dispatcher knows', async () => {
  const runner = await openTestRunner()
  const { calls } = runner.dispatcher
  await poll(() => calls.includes('presence'))

  await runner.stop()

  await poll(() => calls.includes('presence-ended'))
  expect(calls.indexOf('unregister')).toBeGreaterThan(0)
  expect(calls.indexOf('presence-ended')).toBeGreaterThan(calls.indexOf('unregister'))
  await runner[Symbol.asyncDispose]()
})
