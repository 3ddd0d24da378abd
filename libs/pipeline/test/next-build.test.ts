import type { BuildEvent, BuildState, Ending } from '@narwhal/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextBuild } from '../index.ts'
import { everyPair } from './every-pair.ts'

const passed: Ending = { outcome: 'passed' }
const states = {
  queued: { state: 'queued' },
  running: { state: 'running', startedAt: 10 },
  finished: { state: 'finished', ending: passed, startedAt: 10, finishedAt: 20 },
} as const satisfies Record<string, BuildState>

const failed: Ending = { outcome: 'failed', code: 'STEP_FAILED', message: 'exit code 1' }
const events = {
  started: { type: 'started', at: 30 },
  'jobs-ended': { type: 'jobs-ended', endings: [passed, failed], at: 30 },
} as const satisfies Record<string, BuildEvent>

const table: Record<string, BuildState | 'unchanged'> = {
  'queued + started': { state: 'running', startedAt: 30 },
  'queued + jobs-ended': { state: 'finished', ending: failed, finishedAt: 30 },
  'running + started': 'unchanged',
  'running + jobs-ended': { state: 'finished', ending: failed, startedAt: 10, finishedAt: 30 },
  'finished + started': 'unchanged',
  'finished + jobs-ended': 'unchanged',
}

test('the table has every pair of a state and an event', () => {
  expect(Object.keys(table).toSorted()).toEqual(everyPair(states, events).toSorted())
})

for (const [stateName, state] of Object.entries(states)) {
  for (const [eventName, event] of Object.entries(events)) {
    test(`a build: ${stateName} + ${eventName}`, () => {
      const expected = table[`${stateName} + ${eventName}`]

      const next = nextBuild(state, event)

      expect(next).toEqual(expected === 'unchanged' ? state : expected)
      expect(next === state).toBe(expected === 'unchanged')
    })
  }
}

const cancelled: Ending = { outcome: 'cancelled', code: 'CANCELLED' }
const errored: Ending = { outcome: 'errored', code: 'RUNNER_LOST' }
const skipped: Ending = { outcome: 'skipped', code: 'COMMIT_SKIPPED', message: 'why' }
const erroredToo: Ending = { outcome: 'errored', code: 'NO_RUNNER' }

test.each([
  { endings: [passed, failed, errored, cancelled, skipped], ending: errored },
  { endings: [erroredToo, errored], ending: erroredToo },
  { endings: [passed, cancelled, failed, skipped], ending: failed },
  { endings: [passed, skipped, cancelled], ending: cancelled },
  { endings: [skipped, passed], ending: passed },
  { endings: [skipped, skipped], ending: skipped },
  { endings: [], ending: { outcome: 'skipped' } },
])('the worst ending decides: $endings', ({ endings, ending }) => {
  const build = nextBuild(states.running, { type: 'jobs-ended', endings: endings as Ending[], at: 30 }) // widened by each

  expect(build).toEqual({ state: 'finished', ending, startedAt: 10, finishedAt: 30 })
})

test('a finished build never changes, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Object.values(events))), (sequence) => {
      let build: BuildState = states.queued
      for (const event of sequence) {
        const next = nextBuild(build, event)
        const isOver = build.state === 'finished'
        expect(!isOver || next === build).toBe(true)
        build = next
      }
    }),
  )
})
