import { expect, test } from 'vitest'
import { fillDefinition, type JobSelection } from '../index.ts'
import { answerOf, planOf, push } from './plan-of.ts'

const text = `
on: { push: { branches: never } }
image: i
env: { A: file }
jobs:
  lint: { steps: [{ name: one, run: x }, { name: two, run: y, env: { A: step } }] }
  build: { needs: lint, run: make }
  test: { needs: build, matrix: { n: [1, 2], m: [a, b] }, steps: [{ name: one, run: z }] }
  deploy: { name: Deploy it, needs: test, run: d }
`

function names(selection: JobSelection): readonly string[] {
  return planOf(text, { selection }).plan.jobs.map(({ name, steps }) => `${name}: ${steps.join(' ')}`)
}

const all = ['test (1, a): one', 'test (1, b): one', 'test (2, a): one', 'test (2, b): one']

test.each<[string, JobSelection, readonly string[]]>([
  ['nothing in particular', {}, ['lint: one two', 'build: make', ...all, 'Deploy it: d']],
  ['a job without needs', { jobs: ['lint'] }, ['lint: one two']],
  ['a job with what it needs', { jobs: ['build'] }, ['lint: one two', 'build: make']],
  ['a cell by its name', { jobs: ['test (2, a)'] }, ['lint: one two', 'build: make', 'test (2, a): one']],
  [
    'a job by its name',
    { jobs: ['Deploy it'], matrix: { n: '1', m: 'a' } },
    ['lint: one two', 'build: make', 'test (1, a): one', 'Deploy it: d'],
  ],
  ['a glob', { jobs: ['{lint,build}'] }, ['lint: one two', 'build: make']],
  [
    'cells of a value',
    { jobs: ['test'], matrix: { n: '2' } },
    ['lint: one two', 'build: make', 'test (2, a): one', 'test (2, b): one'],
  ],
  ['a step of a job', { jobs: ['lint'], steps: ['two'] }, ['lint: two']],
  ['a step, whoever has it', { steps: ['two'] }, ['lint: two']],
  [
    'a step of a job that needs others, which come whole',
    { jobs: ['test'], steps: ['one'], matrix: { n: '1', m: 'a' } },
    ['lint: one two', 'build: make', 'test (1, a): one'],
  ],
])('%s is selected', (_, selection, expected) => {
  expect(names(selection)).toEqual(expected)
})

test('what a job needs and is left out, it does not wait for', () => {
  const { plan } = planOf(text, { selection: { jobs: ['deploy'], matrix: { n: '1' } } })

  expect(plan.jobs.at(-1)?.needs).toEqual(['test (1, a)', 'test (1, b)'])
})

const guarded = `
image: i
jobs:
  build: { runs-on: [gpu], track: ruby, approval: [grace], run: make }
  deploy: { needs: build, approval: true, run: d }
`

test.each<[string, JobSelection, readonly string[]]>([
  ['nobody is named', {}, ['build', 'deploy']],
  ['one is named that needs another', { jobs: ['deploy'] }, ['build']],
  ['all are named', { jobs: ['*'] }, []],
])('any runner will do for what is selected, and when %s only the others wait for an approval', (_, selection, by) => {
  const { jobs } = planOf(guarded, { selection }).plan

  expect(jobs.map(({ labels, track }) => [labels, track])).toEqual([
    [[], undefined],
    [[], undefined],
  ])
  expect(jobs.filter(({ approval }) => approval !== undefined).map(({ name }) => name)).toEqual(by)
})

test('the environment of a selection is above all others, and no template', () => {
  const { definitions } = planOf(text, { selection: { jobs: ['lint'], env: { A: '${{ sha }}', B: '1' } } })
  const [lint] = definitions
  if (lint === undefined) throw new Error('no job')

  const filled = fillDefinition(lint, { commit: push, needs: [] })

  const env = { A: '${{ sha }}', B: '1' }
  expect(filled).toMatchObject({ definition: { env, steps: [{ env }, { env }] } })
})

test.each<[JobSelection, string]>([
  [{ jobs: ['lnit'] }, 'No job is called "lnit". Did you mean lint?'],
  [{ jobs: ['nothing*'] }, 'No job is called "nothing*". There is lint, build, test, test (1, a)'],
  [{ steps: ['three'] }, 'No step is called "three".'],
  [{ jobs: ['build'], steps: ['one'] }, 'No step is called "one".'],
  [{ matrix: { node: '1' } }, 'No matrix has an axis "node".'],
  [{ jobs: ['test'], matrix: { n: '3' } }, 'No cell of a matrix has these values.'],
])('to select %j fails', (selection, message) => {
  expect(answerOf(text, { selection })).toMatchObject({
    ending: { outcome: 'failed', code: 'SELECTION_UNKNOWN', message: expect.stringContaining(message) },
  })
})
