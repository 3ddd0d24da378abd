import { existsSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, silentLog, systemClock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { attemptDirectories } from '../attempt.ts'
import { fileJournals } from '../journal/file-journals.ts'
import { type JournalRecord, journalVersion } from '../journal/journal-record.ts'
import { observedClock } from './observed-clock.ts'
import { openTestRunner, poll } from './open-test-runner.ts'
import { testOffer } from './test-offer.ts'

const offer = testOffer('01a21c8c-e2c3-72de-bd1b-975cfa05303d')
const started: JournalRecord = { type: 'event', event: { type: 'started', at: 1, sequence: 1 } }
const ended: JournalRecord = {
  type: 'ended',
  end: { at: 2, ending: { outcome: 'failed', code: 'STEP_FAILED', message: 'no' }, exitCode: 3 },
}

/** The data directory of a runner that was killed. */
async function leaveBehind(clock: Clock, records: readonly JournalRecord[]) {
  const data = await mkdtemp(join(tmpdir(), 'narwhal-former-'))
  const journal = fileJournals({ data, clock, log: silentLog() }).open(offer)
  journal.renewed(25_000)
  for (const record of [{ type: 'offered', version: journalVersion, offer } as const, ...records])
    await journal.add(record)
  return { data, root: attemptDirectories(data, offer.attemptId).root }
}

test('a result that a former life kept is told once, and nothing of it stays', async () => {
  const clock = observedClock()
  const { data, root } = await leaveBehind(clock, [started, ended])

  await using runner = await openTestRunner({ data, clock })
  const heard = await runner.untilEnded(offer.attemptId)

  expect(heard.result).toMatchObject({ ending: { outcome: 'failed', code: 'STEP_FAILED' }, exitCode: 3 })
  expect(heard.events).toEqual([{ type: 'started', at: 1, sequence: 1 }])
  await poll(() => !existsSync(root))
})

test('what a former life held is held from the beginning, and its offer starts nothing', async () => {
  const { data } = await leaveBehind(systemClock, [started, ended])

  const fate = (call: string) => (call === 'report' ? 'refused' : 'served')
  await using runner = await openTestRunner({ data, slots: 1, fate })
  await poll(() => runner.dispatcher.registrations.length === 1)
  const answer = await runner.offer(offer)
  runner.dispatcher.fate = () => 'served'

  expect(runner.dispatcher.registrations[0]?.attempts).toEqual([offer.attemptId])
  expect(answer).toEqual({ free: 1 })
  expect(runner.engineCalls).toEqual([])
})

test('nothing is done for an attempt before its lease is renewed, and nothing once it was given away', async () => {
  const clock = observedClock()
  const { data, root } = await leaveBehind(clock, [started])

  await using runner = await openTestRunner({ data, clock, fate: () => 'refused' })
  runner.dispatcher.objection = () => problem('ATTEMPT_STALE', 'another one has taken its place')
  await poll(() => clock.sleeping(1_000) === 1)
  runner.dispatcher.fate = () => 'served'
  await clock.advance(1_000)
  await poll(() => !existsSync(root))

  expect(runner.engineCalls).toEqual([])
  expect(runner.dispatcher.attempt(offer.attemptId).result).toBeUndefined()
})

test('the lease of a former life counts from when it was renewed last', async () => {
  const clock = observedClock()
  const { data, root } = await leaveBehind(clock, [started])
  await clock.advance(15_000)

  await using runner = await openTestRunner({ data, clock, fate: () => 'refused' })
  await poll(() => runner.dispatcher.calls.includes('renew'))
  await clock.advance(9_000)
  const before = existsSync(root)
  await clock.advance(1_100)
  await poll(() => !existsSync(root))

  expect(before).toBe(true)
})

test('what nobody told of is looked for once a minute', async () => {
  const clock = observedClock()
  await using runner = await openTestRunner({ clock })
  await poll(() => runner.dispatcher.registrations.length === 1)
  const forgotten = join(runner.data, 'attempts', 'forgotten')
  await mkdir(forgotten, { recursive: true })

  await poll(() => clock.sleeping(60_000) === 1)
  await clock.advance(60_000)

  await poll(() => !existsSync(forgotten))
})
