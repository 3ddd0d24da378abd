import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ConditionFacts, evaluateCondition, factsOfNeeds, readsOfCondition } from '../index.ts'
import { push } from './plan-of.ts'

const facts: ConditionFacts = {
  commit: { ...push, author: 'Ada' },
  matrix: { node: '24' },
  inputs: { target: 'staging' },
  needs: {
    build: { outcome: 'passed', outputs: { VERSION: '1.2', EMPTY: '' } },
    docs: { outcome: 'skipped', outputs: {} },
  },
  changed: { 'docs/**': true, 'src/**': false },
  words: { success: true, failure: false, cancelled: false },
}
const failing = { success: false, failure: true, cancelled: false }

test.each([
  ['branch == "main"', true],
  ['branch == "next"', false],
  ['tag == "" && trigger == "push" && ref == "refs/heads/main" && size(sha) == 40 && author == "Ada"', true],
  ['matrix.node == "24"', true],
  ['matrix.extra == ""', true],
  ['has(matrix.extra)', false],
  ['inputs.target == "staging"', true],
  ['needs.build.outputs.VERSION == "1.2"', true],
  ['needs["build"].outputs["VERSION"].startsWith("1.")', true],
  ['needs.build.outcome == "passed" && needs.docs.outcome == "skipped"', true],
  ['needs.docs.outputs.ANYTHING == ""', true],
  ['has(needs.build.outputs.EMPTY)', true],
  ['has(needs.build.outputs.MISSING)', false],
  ['has(needs.build.outputs.MISSING) && needs.build.outputs.MISSING == "1"', false],
  ['changed("docs/**") && !changed("src/**")', true],
  ['success', true],
  ['failure', false],
  ['cancelled', false],
  ['always', true],
  ['int(matrix.node) % 2 == 0 && int(matrix.node) < 30', true],
  ['true', true],
])('%s is %s', (expression, holds) => {
  expect(evaluateCondition(expression, facts)).toEqual({ holds })
})

test.each([
  ['branch == "main"', false],
  ['true', false],
  ['success', false],
  ['failure', true],
  ['always', true],
  ['always && branch == "main"', true],
  ['branch == "main" && !success', true],
  ['needs.build.outputs.MISSING == "1"', false],
] as const)('after a failure, %s is %s', (expression, holds) => {
  expect(evaluateCondition(expression, { ...facts, words: failing })).toEqual({ holds })
})

test.each([
  ['needs.build.outputs.VERSOIN == "1"', 'The job "build" wrote no output "VERSOIN". Did you mean VERSION?'],
  ['needs.build.outputs.X == "1"', 'wrote no output "X". Ask first: has(needs.build.outputs.X)'],
  ['needs.other.outcome == ""', 'Nothing is known here of the job "other".'],
  ['changed("lib/**")', 'It is not known here whether files changed that match "lib/**".'],
  ['int(branch) == 1', 'cannot be answered'],
  ['1 / int("0") == 1', 'cannot be answered'],
  ['branch.substring(10) == ""', 'cannot be answered'],
  ['branch ==', 'cannot be read'],
  ['nothing == 1', 'cannot be read'],
  ['branch', 'neither true nor false'],
  ['needs.constructor.outputs.x == ""', 'Nothing is known here of the job "constructor".'],
])('%s has no answer but a sentence', (expression, sentence) => {
  const answer = evaluateCondition(expression, facts)

  expect(answer).toEqual({ fault: expect.stringContaining(sentence) })
})

test('what strangers may have written has no branch and no tag', () => {
  const commit = { ...facts.commit, trust: 'untrusted', trigger: 'pull_request' } as const

  expect(evaluateCondition('branch == "main"', { ...facts, commit })).toEqual({ holds: false })
  expect(evaluateCondition('tag == "v1"', { ...facts, commit: { ...commit, ref: 'refs/tags/v1' } })).toEqual({
    holds: false,
  })
  expect(evaluateCondition('tag == "v1"', { ...facts, commit: { ...push, ref: 'refs/tags/v1' } })).toEqual({
    holds: true,
  })
})

test('no text makes it throw, and none takes long', () => {
  const words = fc.constantFrom(
    'branch',
    'matrix.node',
    'needs.build.outputs.A',
    '==',
    '&&',
    '(',
    ')',
    '"a"',
    '1',
    '!',
    '+',
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
  )
  const before = performance.now()

  fc.assert(
    fc.property(texts, (text) => {
      expect(Object.keys(evaluateCondition(text, facts))).toHaveLength(1)
    }),
    { numRuns: 500 },
  )

  expect(performance.now() - before).toBeLessThan(5_000)
})

test('the cells of a matrix are one job: the worst outcome, and the outputs of all', () => {
  const needs = factsOfNeeds([
    { key: 'test', outcome: 'passed', outputs: { A: '1', B: '1' } },
    { key: 'test', outcome: 'failed', outputs: { B: '2' } },
    { key: 'test', outcome: 'skipped', outputs: {} },
    { key: '__proto__', outcome: 'passed', outputs: {} },
  ])

  expect(needs.test).toEqual({ outcome: 'failed', outputs: { A: '1', B: '2' } })
  expect(Object.keys(needs)).toEqual(['test', '__proto__'])
})

test('what a condition reads is known without answering it', () => {
  expect(readsOfCondition('branch == "main" && changed("a") && !changed("b/**")')).toEqual({
    needs: false,
    words: false,
    globs: ['a', 'b/**'],
  })
  expect(readsOfCondition('failure && needs.build.outcome == "failed"')).toEqual({
    needs: true,
    words: true,
    globs: [],
  })
  expect(readsOfCondition('(')).toEqual({ needs: false, words: false, globs: [] })
})
