import { expect, test } from 'vitest'
import { checkNeeds, type NeedingJob } from '../index.ts'

function jobsOf(needs: Readonly<Record<string, readonly string[]>>): readonly NeedingJob[] {
  return Object.entries(needs).map(([key, needed]) => ({ key, needs: needed }))
}

test.each([
  ['a chain', { a: [], b: ['a'], c: ['b', 'a'] }],
  ['a glob', { 'test-a': [], 'test-b': [], all: ['test-*'] }],
  ['a glob that matches the job itself too', { 'test-a': [], 'test-all': ['test-*'] }],
  ['a job before the one that it needs', { b: ['a'], a: [] }],
])('%s is fine', (_, needs) => {
  expect(checkNeeds(jobsOf(needs), { foreign: false })).toEqual([])
})

test.each([
  ['a slip', { build: [], a: ['biuld'] }, 'PIPELINE_UNKNOWN_JOB', 'no job has the key "biuld"', 'Did you mean build?'],
  ['an unknown job', { x: [], a: ['deploy'] }, 'PIPELINE_UNKNOWN_JOB', 'no job has the key "deploy"', 'There is x'],
  ['an only job', { a: ['deploy'] }, 'PIPELINE_UNKNOWN_JOB', 'no job has the key "deploy"', 'There is no other job.'],
  [
    'a glob for nobody',
    { x: [], a: ['test-*'] },
    'PIPELINE_UNKNOWN_JOB',
    'no other job matches "test-*"',
    'There is x',
  ],
  ['a glob for itself alone', { a: ['a*'] }, 'PIPELINE_UNKNOWN_JOB', 'no other job matches "a*"', 'There is no other'],
  ['a broken glob', { x: [], a: ['[x'] }, 'PIPELINE_BAD_GLOB', '"[x" is no glob: a [ is opened', '* and ?'],
  ['itself', { a: ['a'] }, 'PIPELINE_NEEDS_CIRCLE', '"a" needs itself', 'Remove it'],
  ['a circle of two', { a: ['b'], b: ['a'] }, 'PIPELINE_NEEDS_CIRCLE', 'a → b → a', 'Remove one'],
  [
    'a circle of three behind a tail',
    { t: ['a'], a: ['b'], b: ['c'], c: ['a'] },
    'PIPELINE_NEEDS_CIRCLE',
    'a → b → c → a',
    'one',
  ],
  ['a circle through a glob', { 'x-1': ['b'], b: ['x-*'] }, 'PIPELINE_NEEDS_CIRCLE', 'x-1 → b → x-1', 'Remove one'],
])('to need %s is a fault', (_, needs, code, message, hint) => {
  const faults = checkNeeds(jobsOf(needs), { foreign: false })

  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatchObject({
    code,
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  })
})

test('a fault names the job and the place of the need', () => {
  const faults = checkNeeds(jobsOf({ a: [], b: ['a', 'x'], c: ['y'] }), { foreign: false })

  expect(faults.map(({ key, index }) => [key, index])).toEqual([
    ['b', 1],
    ['c', 0],
  ])
})

test('what may be in another file is not missed', () => {
  const jobs = jobsOf({ a: ['api:test', 'web:*', 'other'], b: ['b'] })

  expect(checkNeeds(jobs, { foreign: true }).map(({ key }) => key)).toEqual(['b'])
})

test('many jobs in many diamonds are checked in no time', () => {
  const keys = Array.from({ length: 256 }, (_, index) => `j${index}`)
  const jobs = keys.map((key, index) => ({ key, needs: keys.slice(0, index) }))
  const before = performance.now()

  expect(checkNeeds(jobs, { foreign: false })).toEqual([])

  expect(performance.now() - before).toBeLessThan(2_000)
})
