import type { AttemptEvent, AttemptState, Ending } from '@narwhal/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextAttempt } from '../index.ts'
import { everyPair } from './every-pair.ts'

const ending: Ending = { outcome: 'failed', code: 'STEP_FAILED' }
const states = {
  leased: { state: 'leased', leasedAt: 1 },
  running: { state: 'running', leasedAt: 1, startedAt: 2 },
  finished: { state: 'finished', ending: { outcome: 'passed' }, startedAt: 2, finishedAt: 3 },
  refused: { state: 'refused', refusedAt: 2 },
  lost: { state: 'lost', startedAt: 2, lostAt: 3 },
} as const satisfies Record<string, AttemptState>

const events = {
  started: { type: 'started', at: 9 },
  ended: { type: 'ended', ending, at: 9 },
  refused: { type: 'refused', at: 9 },
  lost: { type: 'lost', at: 9 },
} as const satisfies Record<string, AttemptEvent>

const table: Record<string, AttemptState | 'unchanged'> = {
  'leased + started': { state: 'running', leasedAt: 1, startedAt: 9 },
  'leased + ended': { state: 'finished', ending, finishedAt: 9 },
  'leased + refused': { state: 'refused', refusedAt: 9 },
  'leased + lost': { state: 'lost', lostAt: 9 },
  'running + started': 'unchanged',
  'running + ended': { state: 'finished', ending, startedAt: 2, finishedAt: 9 },
  'running + refused': 'unchanged',
  'running + lost': { state: 'lost', startedAt: 2, lostAt: 9 },
  'finished + started': 'unchanged',
  'finished + ended': 'unchanged',
  'finished + refused': 'unchanged',
  'finished + lost': 'unchanged',
  'refused + started': 'unchanged',
  'refused + ended': 'unchanged',
  'refused + refused': 'unchanged',
  'refused + lost': 'unchanged',
  'lost + started': 'unchanged',
  'lost + ended': 'unchanged',
  'lost + refused': 'unchanged',
  'lost + lost': 'unchanged',
}

test('the table has every pair of a state and an event', () => {
  expect(Object.keys(table).toSorted()).toEqual(everyPair(states, events).toSorted())
})

for (const [stateName, state] of Object.entries(states)) {
  for (const [eventName, event] of Object.entries(events)) {
    test(`an attempt: ${stateName} + ${eventName}`, () => {
      const expected = table[`${stateName} + ${eventName}`]

      const next = nextAttempt(state, event)

      expect(next).toEqual(expected === 'unchanged' ? state : expected)
      expect(next === state).toBe(expected === 'unchanged')
    })
  }
}

test('an attempt that ended never changes, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Object.values(events))), (sequence) => {
      let attempt: AttemptState = states.leased
      for (const event of sequence) {
        const next = nextAttempt(attempt, event)
        const isOver = attempt.state !== 'leased' && attempt.state !== 'running'
        expect(!isOver || next === attempt).toBe(true)
        attempt = next
      }
    }),
  )
})
