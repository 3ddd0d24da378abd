import { virtualClock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { openComplaint } from '../complaint.ts'
import { heardLog } from './heard-log.ts'
import { openTestRunner, poll } from './open-test-runner.ts'

const dispatcherUrl = 'http://dispatcher:9595'
const refused = problem('UNAUTHORIZED', 'POST /v1/runners needs the runner token')
const away = problem('UNREACHABLE', 'nobody there')

test('what does not pass by itself is an error with its code, at once and then every minute', async () => {
  const clock = virtualClock()
  const { log, lines } = heardLog()
  const complaint = openComplaint({ dispatcherUrl, clock, log })

  for (let second = 0; second <= 120; second++) {
    complaint.tell(refused)
    await clock.advance(1_000)
  }

  const errors = lines.filter(({ level }) => level === 'error')
  expect(errors.length).toBe(3)
  expect(errors[0]).toMatchObject({
    fields: { code: 'UNAUTHORIZED', detail: expect.stringContaining('needs the runner token') },
    text: expect.stringContaining('UNAUTHORIZED'),
  })
})

test('new trouble is told at once', () => {
  const { log, lines } = heardLog()
  const complaint = openComplaint({ dispatcherUrl, clock: virtualClock(), log })

  for (const error of [away, away, refused, refused]) complaint.tell(error)

  expect(lines.map(({ level }) => level)).toEqual(['warn', 'debug', 'error', 'debug'])
})

test('a runner whose registration is refused says why', async () => {
  const { log, lines } = heardLog()
  await using runner = await openTestRunner({ log, name: 'x'.repeat(101) })

  await poll(() => lines.some(({ level }) => level === 'error'))

  expect(lines.find(({ level }) => level === 'error')).toMatchObject({
    fields: { code: 'BAD_REQUEST', detail: expect.stringContaining('name') },
    text: expect.stringContaining(runner.dispatcher.url),
  })
})
