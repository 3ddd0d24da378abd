import { expect, test } from 'vitest'
import { countCells, type Matrix } from '../index.ts'
import { cellsOf } from '../plan/cells-of.ts'

function matrixOf(axes: Matrix['axes'], more: Partial<Matrix> = {}): Matrix {
  return { axes, include: [], exclude: [], failFast: false, ...more }
}

const two = { node: ['22', '24'], db: ['a', 'b'] }

test.each([
  ['in the order of the axes, the last one fastest', matrixOf(two), ['22 a', '22 b', '24 a', '24 b']],
  ['without an excluded cell', matrixOf(two, { exclude: [{ node: '22', db: 'a' }] }), ['22 b', '24 a', '24 b']],
  ['without all that an excluded value is in', matrixOf(two, { exclude: [{ db: 'a' }] }), ['22 b', '24 b']],
  [
    'with all, when what is excluded is not there',
    matrixOf(two, { exclude: [{ db: 'c' }] }),
    ['22 a', '22 b', '24 a', '24 b'],
  ],
  ['with an included cell at the end', matrixOf({ node: ['22'] }, { include: [{ node: '26' }] }), ['22', '26']],
  ['with an included one once', matrixOf({ node: ['22'] }, { include: [{ node: '22' }] }), ['22']],
  [
    'with what was excluded and is included',
    matrixOf(two, { exclude: [{ db: 'a' }], include: [{ node: '22', db: 'a' }] }),
    ['22 b', '24 b', '22 a'],
  ],
  [
    'with more values in the cells that match',
    matrixOf(two, { include: [{ node: '22', old: 'yes' }] }),
    ['22 a yes', '22 b yes', '24 a', '24 b'],
  ],
  [
    'with more values in all cells',
    matrixOf({ node: ['22', '24'] }, { include: [{ fast: 'no' }] }),
    ['22 no', '24 no'],
  ],
  [
    'with a cell of its own when an axis has another value',
    matrixOf(two, { include: [{ node: '26', old: 'no' }] }),
    ['22 a', '22 b', '24 a', '24 b', '26 no'],
  ],
  ['from includes alone', matrixOf({}, { include: [{ os: 'a' }, { os: 'b' }] }), ['a', 'b']],
  ['of which none is left', matrixOf({ node: ['22'] }, { exclude: [{ node: '22' }] }), []],
])('a matrix makes cells %s', (_, matrix, cells) => {
  expect(cellsOf(matrix).map((cell) => Object.values(cell).join(' '))).toEqual(cells)
  expect(countCells(matrix)).toBe(cells.length)
})

test('a job without a matrix is one job', () => {
  expect(countCells(undefined)).toBe(1)
})

test('a matrix that would make millions is counted, not made', () => {
  const values = Array.from({ length: 100 }, (_, index) => String(index))
  const axes = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`axis${index}`, values]))

  expect(countCells(matrixOf(axes))).toBe(100 ** 8)
  expect(cellsOf(matrixOf(axes))).toEqual([])
})

test('an axis may have any name', () => {
  const [cell = {}] = cellsOf(
    matrixOf(
      Object.fromEntries([
        ['__proto__', ['1']],
        ['constructor', ['2']],
      ]),
    ),
  )

  expect(Object.entries(cell)).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ])
})
