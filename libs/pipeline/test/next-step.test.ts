import type { Ending, StepEvent, StepState } from '@narwhal/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextStep } from '../index.ts'
import { everyPair } from './every-pair.ts'

const ending: Ending = { outcome: 'failed', code: 'STEP_FAILED' }
const states = {
  pending: { state: 'pending' },
  running: { state: 'running', startedAt: 2 },
  finished: { state: 'finished', ending: { outcome: 'passed' }, exitCode: 0, startedAt: 2, finishedAt: 3 },
} as const satisfies Record<string, StepState>

const events = {
  started: { type: 'started', at: 9 },
  ended: { type: 'ended', ending, exitCode: 1, at: 9 },
  'ended without an exit code': { type: 'ended', ending, at: 9 },
  skipped: { type: 'skipped', at: 9 },
} as const satisfies Record<string, StepEvent>

const table: Record<string, StepState | 'unchanged'> = {
  'pending + started': { state: 'running', startedAt: 9 },
  'pending + ended': 'unchanged',
  'pending + ended without an exit code': 'unchanged',
  'pending + skipped': { state: 'finished', ending: { outcome: 'skipped' }, finishedAt: 9 },
  'running + started': 'unchanged',
  'running + ended': { state: 'finished', ending, exitCode: 1, startedAt: 2, finishedAt: 9 },
  'running + ended without an exit code': { state: 'finished', ending, startedAt: 2, finishedAt: 9 },
  'running + skipped': 'unchanged',
  'finished + started': 'unchanged',
  'finished + ended': 'unchanged',
  'finished + ended without an exit code': 'unchanged',
  'finished + skipped': 'unchanged',
}

test('the table has every pair of a state and an event', () => {
  expect(Object.keys(table).toSorted()).toEqual(everyPair(states, events).toSorted())
})

for (const [stateName, state] of Object.entries(states)) {
  for (const [eventName, event] of Object.entries(events)) {
    test(`a step: ${stateName} + ${eventName}`, () => {
      const expected = table[`${stateName} + ${eventName}`]

      const next = nextStep(state, event)

      expect(next).toEqual(expected === 'unchanged' ? state : expected)
      expect(next === state).toBe(expected === 'unchanged')
    })
  }
}

test('a finished step never changes, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Object.values(events))), (sequence) => {
      let step: StepState = states.pending
      for (const event of sequence) {
        const next = nextStep(step, event)
        const isOver = step.state === 'finished'
        expect(!isOver || next === step).toBe(true)
        step = next
      }
    }),
  )
})
