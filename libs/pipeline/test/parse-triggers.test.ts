import { expect, test } from 'vitest'
import type { Triggers } from '../index.ts'
import { pipelineOf } from './pipeline-of.ts'

const always = { manual: { inputs: {} }, api: {} }

const written: readonly (readonly [string, Triggers])[] = [
  ['push', { ...always, push: {} }],
  ['[tag, pull_request]', { ...always, tag: {}, pullRequest: {} }],
  ['manual', always],
  ['{ push: }', { ...always, push: {} }],
  [
    '{ push: { branches: main, paths: [a/**], commits: all } }',
    { ...always, push: { branches: ['main'], paths: ['a/**'], commits: 'all' } },
  ],
  ['{ pull_request: { branches: [main] } }', { ...always, pullRequest: { branches: ['main'] } }],
  ['{ tag: { tags: "v*" } }', { ...always, tag: { branches: ['v*'] } }],
  ['{ api: { branches: [main] } }', { ...always, api: { branches: ['main'] } }],
  ['{ cron: "0 3 * * *" }', { ...always, cron: [{ schedule: '0 3 * * *' }] }],
  [
    '{ cron: ["*/5 0-6,22 1 JAN-mar 7", { schedule: " 0 3 * * 1 ", branches: x }] }',
    { ...always, cron: [{ schedule: '*/5 0-6,22 1 JAN-mar 7' }, { schedule: '0 3 * * 1', branches: ['x'] }] },
  ],
  [
    '{ manual: { inputs: { a: {}, b: { type: choice, options: [1.10, x], default: 1.10, description: d, required: true } } } }',
    {
      api: {},
      manual: {
        inputs: {
          a: { type: 'text', required: false },
          b: { type: 'choice', options: ['1.10', 'x'], default: '1.10', description: 'd', required: true },
        },
      },
    },
  ],
]

test.each(written)('on: %s', (on, triggers) => {
  expect(pipelineOf(`on: ${on}\nimage: a\nrun: b\n`).on).toEqual(triggers)
})

test.each([
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * * 13 *',
  '* * * * 8',
  '5-1 * * * *',
  '*/0 * * * *',
  'x * * * *',
  '1-2-3 * * * *',
  '1/2/3 * * * *',
  '',
  '@daily',
])('%j is no time of cron', (schedule) => {
  expect(() => pipelineOf(`on: { cron: "${schedule}" }\nimage: a\nrun: b\n`)).toThrow(/PIPELINE_(?:BAD_SCHEDULE|EMPTY)/)
})

test('an included file may read the inputs that the including one declares', () => {
  const text = 'image: a\nrun: b\nenv: { TARGET: "${{ inputs.target }}" }\n'

  expect(pipelineOf(text, { nested: true, inputs: ['target'] }).jobs).toHaveLength(1)
  expect(() => pipelineOf(text, { nested: true })).toThrow('PIPELINE_UNKNOWN_NAME')
})
