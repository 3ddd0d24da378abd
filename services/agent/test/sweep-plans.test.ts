import { expect, test } from 'vitest'
import { compareHeads } from '../sweep/compare-heads.ts'
import { missedDeliveries } from '../sweep/missed-deliveries.ts'

const a = 'a'.repeat(40)
const b = 'b'.repeat(40)
const main = 'refs/heads/main'
const topic = 'refs/heads/topic'

const at = (guid: string, deliveredAt: number, statusCode: number, event = 'push') => {
  return { id: `${guid}${deliveredAt}`, guid, event, deliveredAt, statusCode }
}

test.each([
  ['one that was taken is not missed', [at('x', 1, 202)], []],
  ['one that was answered with an error is', [at('x', 1, 503)], ['x']],
  ['one that nothing answered is', [at('x', 1, 0)], ['x']],
  ['one that a redirect answered is', [at('x', 1, 302)], ['x']],
  ['one that a later try brought is not', [at('x', 2, 202), at('x', 1, 502)], []],
  [
    'one that a later try brought before a third failed is not',
    [at('x', 3, 502), at('x', 2, 200), at('x', 1, 502)],
    [],
  ],
  ['one that failed twice is missed once', [at('x', 2, 502), at('x', 1, 502)], ['x']],
  ['other events build nothing', [at('x', 1, 502, 'issues')], []],
  ['the oldest comes first', [at('y', 2, 502), at('x', 1, 502)], ['x', 'y']],
])('of logged deliveries %s', (_, logged, expected) => {
  expect(missedDeliveries(logged).map(({ guid }) => guid)).toEqual(expected)
})

const heads = (tips: Readonly<Record<string, string>>) => {
  return { refs: Object.entries(tips).map(([ref, sha]) => ({ ref, sha })) }
}

test.each([
  ['what the first look finds is history', {}, { [main]: a }, { [main]: a }, [], [[main, a]], []],
  ['a head that stayed is nothing', { [main]: a }, { [main]: a }, { [main]: a }, [], [], []],
  [
    'a head that moved and stayed is told of',
    { [main]: a },
    { [main]: b },
    { [main]: b },
    [[main, b, a]],
    [[main, b]],
    [],
  ],
  [
    'a head that still moves is left to its webhook',
    { [main]: a },
    { [main]: b },
    { [main]: 'c'.repeat(40) },
    [],
    [],
    [],
  ],
  [
    'a new branch has nothing before',
    { [main]: a },
    { [main]: a, [topic]: b },
    { [main]: a, [topic]: b },
    [[topic, b, undefined]],
    [[topic, b]],
    [],
  ],
  ['a branch that is gone is forgotten', { [main]: a, [topic]: b }, { [main]: a }, { [main]: a }, [], [], [topic]],
  [
    'a branch that went between the looks is nothing',
    { [main]: a },
    { [main]: a, [topic]: b },
    { [main]: a },
    [],
    [],
    [],
  ],
])('of heads, %s', (_, known, first, second, settled, moved, gone) => {
  const compared = compareHeads(new Map(Object.entries(known)), heads(first), heads(second))

  expect(compared.settled.map(({ ref, sha, before }) => [ref, sha, before])).toEqual(settled)
  expect(compared.moved.map(({ ref, sha }) => [ref, sha])).toEqual(moved)
  expect(compared.goneRefs).toEqual(gone)
})
