import { silentLog } from '@narwhal/host'
import { expect, test } from 'vitest'
import type { Journals } from '../journal/journal.ts'
import { type JournalRecord, journalVersion } from '../journal/journal-record.ts'
import { openSlots } from '../slots.ts'
import { takeBack } from '../take-back.ts'
import { testOffer } from './test-offer.ts'

const started: JournalRecord = { type: 'event', event: { type: 'started', at: 1, sequence: 1 } }
const prepared: JournalRecord = { type: 'prepared', at: 1, access: 'outbound', secrets: '' }
const stepStarted: JournalRecord = { type: 'event', event: { type: 'step-started', at: 1, step: 0, sequence: 2 } }
const begun = (outlives: boolean): JournalRecord => ({
  ...{ type: 'step-begun', step: 0, outlives, capBytes: 1, log: { path: 'spool/0/step-0.log', capBytes: 1 } },
})
const stepEnded: JournalRecord = {
  type: 'event',
  event: { type: 'step-ended', at: 1, step: 0, ending: { outcome: 'passed' }, sequence: 3 },
}
const ended: JournalRecord = { type: 'ended', end: { at: 1, ending: { outcome: 'passed' } } }
const running = [started, prepared, begun(true), stepStarted]

function journalsWith(...attempts: readonly (readonly JournalRecord[])[]): Journals {
  const kept = attempts.map((records, index) => ({
    records: [{ type: 'offered', version: journalVersion, offer: testOffer(`attempt-${index}`) } as const, ...records],
    renewedAt: undefined,
  }))
  return { readAll: async () => kept, open: () => expect.fail('nothing is written here') }
}

test.each([
  ['nothing had happened', [], true, true],
  ['it had not come to its first step', [started, prepared], true, true],
  ['a step runs', running, true, false],
  ['all steps have ended', [...running, stepEnded], true, false],
  ['there is a result', [...running, stepEnded, ended], true, true],
  ['an image is being built', [started, prepared, begun(false), stepStarted], false, false],
  ['an image was built', [started, prepared, begun(false), stepStarted, stepEnded], true, false],
  ['its preparation cannot be found', [started, begun(true), stepStarted], false, false],
] as const)(
  'an attempt is held again or not, with containers or without: %s',
  async (_, records, adopts, adoptsNot) => {
    const deps = { journals: journalsWith(records), log: silentLog() }

    const held = await takeBack({ ...deps, slots: openSlots(1), adopts: true })
    const heldWithout = await takeBack({ ...deps, slots: openSlots(1), adopts: false })

    expect([held.length === 1, heldWithout.length === 1]).toEqual([adopts, adoptsNot])
  },
)

test('an attempt that is held again has its slot, and its offer starts nothing', async () => {
  const slots = openSlots(2)

  await takeBack({ journals: journalsWith(running), slots, adopts: true, log: silentLog() })

  expect(slots.free()).toBe(1)
  expect([...slots.held()]).toEqual(['attempt-0'])
  expect(slots.take('attempt-0')).toBeUndefined()
})

test('a result needs no slot, and whatever finds none is not held', async () => {
  const slots = openSlots(1)

  await takeBack({ journals: journalsWith([ended], running, running), slots, adopts: true, log: silentLog() })

  expect([...slots.held()]).toEqual(['attempt-0', 'attempt-1'])
  expect(slots.free()).toBe(0)
})
