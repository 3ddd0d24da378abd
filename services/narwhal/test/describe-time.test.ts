import { expect, test } from 'vitest'
import { describeAgo, describeDuration } from '../describe-time.ts'
import { cutText, formatTable } from '../format-table.ts'

test.each([
  [-5, '0 ms'],
  [99, '99 ms'],
  [100, '0.1 s'],
  [59_900, '59.9 s'],
  [59_990, '1 min 0 s'],
  [72_000, '1 min 12 s'],
  [7_500_000, '2 h 5 min'],
])('%i ms last %s', (ms, words) => {
  expect(describeDuration(ms)).toBe(words)
})

test.each([
  [-1_000, 'just now'],
  [59_000, '59 s ago'],
  [61_000, '1 min ago'],
  [3_600_000, '1 h ago'],
  [90_000_000, 'yesterday'],
  [200_000_000, '2 days ago'],
])('%i ms are %s', (ms, words) => {
  expect(describeAgo(ms)).toBe(words)
})

test('columns are as wide as their widest cell, and no line ends with blanks', () => {
  const lines = formatTable([
    ['A', 'LONG', 'END'],
    ['älter', 'b', ''],
  ])

  expect(lines).toEqual(['A      LONG  END', 'älter  b'])
})

test('a text that is too long ends with a mark', () => {
  expect([cutText('abcd', 4), cutText('abcde', 4)]).toEqual(['abcd', 'abc…'])
})
