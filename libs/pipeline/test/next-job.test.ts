import type { Ending, JobEvent, JobState } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { nextJob } from '../index.ts'
import { everyPair } from './every-pair.ts'

const none = { lost: 0, errored: 0, failed: 0 }
const spent = { lost: 2, errored: 2, failed: 2 }
const passed: Ending = { outcome: 'passed' }
const failed: Ending = { outcome: 'failed', code: 'STEP_FAILED' }
const diskFull: Ending = { outcome: 'errored', code: 'DISK_FULL', message: 'no space' }
const planChanged: Ending = { outcome: 'errored', code: 'PLAN_CHANGED' }
const cancelled: Ending = { outcome: 'cancelled', code: 'CANCELLED', message: 'Cancelled: a newer commit' }
const stopped: Ending = { outcome: 'cancelled', code: 'CANCELLED', message: 'Cancelled: ada asked' }
const lost: Ending = {
  outcome: 'errored',
  code: 'RUNNER_LOST',
  message:
    'The runner of attempt 3 was lost, and two before it. Look at the log of the runners: something ends them while they run this job.',
}
const lostForGood: Ending = {
  outcome: 'errored',
  code: 'RUNNER_LOST',
  message:
    'The runner of attempt 3 was lost. It is not run again by itself, since it has `environment` or `lost: fail`: how far it came is not known. Look what it did, then resubmit it.',
}
const skipped: Ending = { outcome: 'skipped', code: 'JOB_SKIPPED', message: 'lint failed' }

const states = {
  'waiting for needs': { state: 'waiting', queuedAt: 1, for: 'needs' },
  'waiting for approval': { state: 'waiting', queuedAt: 1, for: 'approval' },
  queued: { state: 'queued', queuedAt: 1, notBeforeAt: 1, setbacks: none },
  requeued: { state: 'queued', queuedAt: 1, notBeforeAt: 5, setbacks: none, attempt: 3 },
  leased: { state: 'leased', queuedAt: 1, readyAt: 7, attempt: 3, setbacks: none },
  'leased, spent': { state: 'leased', queuedAt: 1, readyAt: 7, attempt: 3, setbacks: spent },
  'leased, cancelling': {
    ...{ state: 'leased', queuedAt: 1, readyAt: 7, attempt: 3, setbacks: none },
    cancelBecause: 'ada asked',
  },
  running: { state: 'running', queuedAt: 1, startedAt: 2, attempt: 3, setbacks: none },
  'running, spent': { state: 'running', queuedAt: 1, startedAt: 2, attempt: 3, setbacks: spent },
  'running, cancelling': {
    ...{ state: 'running', queuedAt: 1, startedAt: 2, attempt: 3, setbacks: none },
    cancelBecause: 'ada asked',
  },
  finished: { state: 'finished', ending: passed, queuedAt: 1, startedAt: 2, finishedAt: 3 },
} as const satisfies Record<string, JobState>

const at = 100
const events = {
  released: { type: 'released', needsApproval: false, at },
  'released, to be approved': { type: 'released', needsApproval: true, at },
  approved: { type: 'approved', at },
  settled: { type: 'settled', ending: skipped, at },
  leased: { type: 'leased', attempt: 4, at },
  'leased, an old number': { type: 'leased', attempt: 3, at },
  refused: { type: 'refused', attempt: 3, at },
  'refused, another attempt': { type: 'refused', attempt: 2, at },
  started: { type: 'started', attempt: 3, at },
  'started, another attempt': { type: 'started', attempt: 2, at },
  'ended passed': { type: 'ended', attempt: 3, ending: passed, at },
  'ended failed': { type: 'ended', attempt: 3, ending: failed, at },
  'ended failed, retried': { type: 'ended', attempt: 3, ending: failed, at, retryInMs: 50 },
  'ended passed, retried': { type: 'ended', attempt: 3, ending: passed, at, retryInMs: 50 },
  'ended errored, once': { type: 'ended', attempt: 3, ending: diskFull, at, final: true },
  'ended errored, retried': { type: 'ended', attempt: 3, ending: diskFull, at },
  'ended errored, final': { type: 'ended', attempt: 3, ending: planChanged, at },
  'ended cancelled': { type: 'ended', attempt: 3, ending: cancelled, at },
  'ended, another attempt': { type: 'ended', attempt: 2, ending: passed, at },
  lost: { type: 'lost', attempt: 3, at },
  'lost, once': { type: 'lost', attempt: 3, at, final: true },
  'lost, another attempt': { type: 'lost', attempt: 4, at },
  cancelled: { type: 'cancelled', because: 'a newer commit', at },
  expired: { type: 'expired', message: 'no runner has os=mac', at },
} as const satisfies Record<string, JobEvent>

// One row per event, one column per state. `=` is "unchanged"; the other words are explained in `nextOf`.
const grid = `
                         | w. needs  | w. approval | queued    | requeued  | leased        | l. spent      | l. cancelling | running       | r. spent      | r. cancelling | finished
released                 | first     | =           | =         | =         | =             | =             | =             | =             | =             | =             | =
released, to be approved | asked     | =           | =         | =         | =             | =             | =             | =             | =             | =             | =
approved                 | =         | first       | =         | =         | =             | =             | =             | =             | =             | =             | =
settled                  | skipped   | skipped     | =         | =         | =             | =             | =             | =             | =             | =             | =
leased                   | =         | =           | leased    | leased    | =             | =             | =             | =             | =             | =             | =
leased, an old number    | =         | =           | leased    | =         | =             | =             | =             | =             | =             | =             | =
refused                  | =         | =           | =         | =         | waits on      | waits on      | stopped       | =             | =             | =             | =
refused, another attempt | =         | =           | =         | =         | =             | =             | =             | =             | =             | =             | =
started                  | =         | =           | =         | =         | running       | running       | running       | =             | =             | =             | =
started, another attempt | =         | =           | =         | =         | =             | =             | =             | =             | =             | =             | =
ended passed             | =         | =           | =         | =         | passed        | passed        | passed        | passed        | passed        | passed        | =
ended failed             | =         | =           | =         | =         | failed        | failed        | failed        | failed        | failed        | failed        | =
ended failed, retried    | =         | =           | =         | =         | retried       | retried       | failed        | retried       | retried       | failed        | =
ended passed, retried    | =         | =           | =         | =         | passed        | passed        | passed        | passed        | passed        | passed        | =
ended errored, retried   | =         | =           | =         | =         | backed off    | disk full     | stopped       | backed off    | disk full     | stopped       | =
ended errored, once      | =         | =           | =         | =         | disk full     | disk full     | disk full     | disk full     | disk full     | disk full     | =
ended errored, final     | =         | =           | =         | =         | changed       | changed       | changed       | changed       | changed       | changed       | =
ended cancelled          | =         | =           | =         | =         | cancelled     | cancelled     | stopped       | cancelled     | cancelled     | stopped       | =
ended, another attempt   | =         | =           | =         | =         | =             | =             | =             | =             | =             | =             | =
lost                     | =         | =           | =         | =         | given away    | lost          | stopped       | given away    | lost          | stopped       | =
lost, once               | =         | =           | =         | =         | lost for good | lost for good | stopped       | lost for good | lost for good | stopped       | =
lost, another attempt    | =         | =           | =         | =         | =             | =             | =             | =             | =             | =             | =
cancelled                | cancelled | cancelled   | cancelled | cancelled | cancelling    | cancelling    | =             | cancelling    | cancelling    | =             | =
expired                  | =         | =           | expired   | expired   | =             | =             | =             | =             | =             | =             | =
`

const noRunner: Ending = { outcome: 'errored', code: 'NO_RUNNER', message: 'no runner has os=mac' }
const endings: Record<string, Ending> = {
  ...{ passed, failed, cancelled, stopped, lost, 'disk full': diskFull, changed: planChanged, expired: noRunner },
  ...{ skipped, 'lost for good': lostForGood },
}

function nextOf(job: JobState, event: JobEvent, cell: string): JobState {
  const ending = endings[cell]
  const { queuedAt } = job
  const startedAt = 'startedAt' in job ? { startedAt: job.startedAt } : {}
  if (ending !== undefined) return { state: 'finished', ending, queuedAt, ...startedAt, finishedAt: at }
  if (cell === '=' || job.state === 'finished') return job
  if (cell === 'first') return { state: 'queued', queuedAt, notBeforeAt: at, setbacks: none }
  if (job.state === 'waiting') return { ...job, for: cell === 'asked' ? 'approval' : 'needs' }
  const { setbacks } = job
  const again: JobState = { state: 'queued', queuedAt, notBeforeAt: at, setbacks, attempt: 3 }
  if (cell === 'waits on') return { ...again, notBeforeAt: 7 }
  if (cell === 'backed off') return { ...again, notBeforeAt: at + 1_000, setbacks: { ...setbacks, errored: 1 } }
  if (cell === 'retried')
    return { ...again, notBeforeAt: at + 50, setbacks: { ...setbacks, failed: setbacks.failed + 1 } }
  if (cell === 'given away') return { ...again, setbacks: { ...setbacks, lost: 1 } }
  if (cell === 'leased' && 'attempt' in event && 'notBeforeAt' in job)
    return { state: 'leased', queuedAt, readyAt: job.notBeforeAt, setbacks, attempt: event.attempt }
  const held = { queuedAt, setbacks, attempt: 3 }
  const asked = 'cancelBecause' in job ? { cancelBecause: 'ada asked' } : {}
  if (cell === 'running') return { state: 'running', ...held, startedAt: at, ...asked }
  expect(cell).toBe('cancelling')
  return { ...job, cancelBecause: 'a newer commit' } as JobState // only held jobs have this cell
}

const rows = grid
  .trim()
  .split('\n')
  .slice(1)
  .map((row) => row.split('|').map((cell) => cell.trim()))
const stateNames = Object.keys(states)
const table = new Map(
  rows.flatMap(([event, ...cells]) => cells.map((cell, column) => [`${stateNames[column]} + ${event}`, cell] as const)),
)

test('the table has every pair of a state and an event', () => {
  expect([...table.keys()].toSorted()).toEqual(everyPair(states, events).toSorted())
})

for (const [stateName, state] of Object.entries(states)) {
  for (const [eventName, event] of Object.entries(events)) {
    const cell = table.get(`${stateName} + ${eventName}`) ?? 'missing'
    test(`a job: ${stateName} + ${eventName} is ${cell === '=' ? 'unchanged' : cell}`, () => {
      const next = nextJob(state, event)

      expect(next).toEqual(nextOf(state, event, cell))
      expect(next === state).toBe(cell === '=')
    })
  }
}

test('a second attempt that errors waits longer than the first', () => {
  const job = { ...states.running, setbacks: { lost: 1, errored: 1, failed: 1 } }

  const next = nextJob(job, events['ended errored, retried'])

  expect(next).toEqual({
    ...{ state: 'queued', queuedAt: 1, notBeforeAt: at + 4_000, setbacks: { lost: 1, errored: 2, failed: 1 } },
    attempt: 3,
  })
})
