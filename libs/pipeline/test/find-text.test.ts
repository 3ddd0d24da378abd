import { describe, expect, test } from 'vitest'
import { evaluateCondition } from '../index.ts'
import { findText } from '../expressions/find-text.ts'

const long = 'ab'.repeat(40)

test.each<[string, string, number | undefined]>([
  ['', '', undefined],
  ['abc', '', 2],
  ['abcabc', 'abc', 1],
  [`${long}c`, long, undefined],
  [`x${long}b${long}c`, `${long}c`, undefined],
  [`${long}a`, `${long}b`, undefined],
  [`c${long}${long}c`, long, 2],
  [`${long}`, `${long}${long}`, undefined],
])('text is found where indexOf finds it (%#)', (text, wanted, from) => {
  expect(findText(text, wanted, from)).toBe(text.indexOf(wanted, from))
})

describe('conditions on large outputs', () => {
  const outputs = { x: 'a'.repeat(16_384), y: `${'a'.repeat(300)}b${'a'.repeat(15_000)}` }
  const facts = {
    commit: {
      repository: { host: 'github.com', owner: 'ada', name: 'engine' },
      ...{ ref: 'refs/heads/main', sha: 'a'.repeat(40), trigger: 'push' as const },
    },
    ...{ matrix: {}, changed: {}, words: { success: true, failure: false, cancelled: false } },
    needs: { p: { outcome: 'passed' as const, outputs } },
  }
  const sum = (...keys: string[]) => keys.map((key) => `needs.p.outputs.${key}`).join(' + ')
  const text = sum(...Array.from({ length: 24 }, () => 'x'))
  const wanted = sum('x', 'x', 'x', 'x', 'y', 'x', 'x', 'x')

  test.each([
    `(${text}).contains(${wanted})`,
    `(${text}).indexOf(${wanted}) >= 0`,
    `(${text}).indexOf(${wanted}, 1) >= 0`,
    `(${text}) // contains\n.contains(${wanted})`,
  ])('are answered at once, whatever the outputs hold (%#)', (expression) => {
    const begun = performance.now()

    expect(evaluateCondition(expression, facts)).toEqual({ holds: false })

    expect(performance.now() - begun).toBeLessThan(1_000) // CEL's own takes fifteen seconds
  })
})
