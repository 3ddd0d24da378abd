import type { JobState, PlannedJob } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { chooseGivenAway, type OrphanedJob, type RunnerLoad } from '../index.ts'

const setbacks = { lost: 0, errored: 0, failed: 0 }
const running: JobState = { state: 'running', queuedAt: 1, startedAt: 2, attempt: 1, setbacks }
const planned: NonNullable<OrphanedJob['planned']> = { lost: 'rerun', labels: [] }
const free: RunnerLoad = { id: 'bob', name: 'bob', slots: 1, held: 0, labels: [] }

function job(changes: Partial<OrphanedJob> = {}): OrphanedJob {
  return { attemptId: 'a', state: running, planned, isOfGroup: false, ...changes }
}

function of(changes: Partial<PlannedJob>): OrphanedJob {
  return job({ planned: { ...planned, ...changes } })
}

const table: readonly (readonly [string, OrphanedJob, boolean])[] = [
  ['a job with `lost: rerun`', job(), true],
  [
    'a job that has not begun',
    job({ state: { state: 'leased', queuedAt: 1, readyAt: 1, attempt: 1, setbacks } }),
    true,
  ],
  ['a plan', job({ planned: undefined }), true],
  ['a plan of a build in a group', job({ planned: undefined, isOfGroup: true }), true],
  ['a job with `lost: fail`', of({ lost: 'fail' }), false],
  ['a job with an environment', of({ environment: 'production' }), false],
  ['a job with concurrency', of({ concurrency: { group: 'g', limit: 2, cancelSuperseded: false } }), false],
  ['a job of a build with concurrency', job({ isOfGroup: true }), false],
  ['a job that was lost twice before', job({ state: { ...running, setbacks: { ...setbacks, lost: 2 } } }), false],
  ['a job that is to stop', job({ state: { ...running, cancelBecause: 'enough' } }), false],
  ['a job that nobody else may run', of({ labels: ['gpu'] }), false],
  ['a job of a track, beside runners of none', of({ track: 'ruby' }), true],
  ['a job that is queued already', job({ state: { ...running, state: 'queued', notBeforeAt: 1 } }), false],
]

test.each(table)('of a runner that is gone, %s is given away: it depends', (_, orphan, isGiven) => {
  expect(chooseGivenAway([orphan], [free])).toEqual(isGiven ? ['a'] : [])
})

test('no more is given away than others have slots for, the first first', () => {
  const jobs = ['a', 'b', 'c'].map((attemptId) => job({ attemptId }))

  expect(chooseGivenAway(jobs, [{ ...free, slots: 3, held: 1 }])).toEqual(['a', 'b'])
  expect(chooseGivenAway(jobs, [{ ...free, slots: 1, held: 1 }])).toEqual([])
  expect(chooseGivenAway(jobs, [])).toEqual([])
})

test('a job that stays leaves its slot to the next', () => {
  const jobs = [job({ attemptId: 'a', isOfGroup: true }), job({ attemptId: 'b' })]

  expect(chooseGivenAway(jobs, [free])).toEqual(['b'])
})
