import { expect, test } from 'vitest'
import { parseWhat, type What } from '../api/parse-what.ts'

const id = '01a1fbd7-b034-73c8-8296-cfdbba0e2ece'

test.each<[string | undefined, What]>([
  [undefined, { kind: 'build' }],
  [id, { kind: 'id', id }],
  [id.toUpperCase(), { kind: 'id', id }],
  ['12', { kind: 'build', number: 12 }],
  ['#12', { kind: 'build', number: 12 }],
  ['ada/engine#12', { kind: 'build', repository: 'ada/engine', number: 12 }],
  ['local/ada/engine#1', { kind: 'build', repository: 'local/ada/engine', number: 1 }],
  ['ada/engine', { kind: 'build', repository: 'ada/engine' }],
])('%s is understood', (what, meant) => {
  expect(parseWhat(what)).toEqual(meant)
})

test.each(['', 'engine', 'ada/engine#', 'ada/engine#0', 'a/b/c/d#1', '#', 'ada/engine#1; rm', '-f'])(
  '%j names nothing',
  (what) => {
    expect(() => parseWhat(what)).toThrow(expect.objectContaining({ code: 'WHAT_UNCLEAR' }))
  },
)
