import type { Matrix } from '../pipeline.ts'

/** The values of one job of a matrix, by name. */
export type Cell = Readonly<Record<string, string>>

/** More than this no axes are multiplied out: `cellsOf` gives none, `countCells` only counts. */
const multiplied = 10_000

/**
 * The cells of a matrix, in the order of its axes, the last one turning fastest; then those that `include` adds.
 *
 * An entry of `include` whose values of the axes are those of cells adds its further values to these cells; else it is a
 * cell of its own. `exclude` takes away each cell that has all values of one of its entries, before `include`.
 *
 * @returns nothing when the axes alone make more than 10,000.
 */
export function cellsOf({ axes, include, exclude }: Matrix): readonly Cell[] {
  const product = productOf(axes)
  if (product > multiplied) return []
  const made = Object.keys(axes).length === 0 ? [] : multiply(axes)
  const kept = made.filter((cell) => !exclude.some((entry) => hasAll(cell, entry)))
  return include.reduce<readonly Cell[]>((cells, entry) => withIncluded(cells, entry, Object.keys(axes)), kept)
}

/** How many jobs a matrix makes; 1 without one. Of axes that make more than 10,000, `exclude` is not considered. */
export function countCells(matrix: Matrix | undefined): number {
  if (matrix === undefined) return 1
  const product = productOf(matrix.axes)
  return product > multiplied ? product : cellsOf(matrix).length
}

function productOf(axes: Matrix['axes']): number {
  return Object.values(axes).reduce((product, values) => product * values.length, 1)
}

function multiply(axes: Matrix['axes']): readonly Cell[] {
  return Object.entries(axes).reduce<readonly Cell[]>(
    (cells, [axis, values]) => cells.flatMap((cell) => values.map((value) => withValue(cell, axis, value))),
    [{}],
  )
}

/** A key from the file may be `__proto__`: it becomes a plain key of the cell. */
function withValue(cell: Cell, axis: string, value: string): Cell {
  return Object.fromEntries([...Object.entries(cell), [axis, value]])
}

function hasAll(cell: Cell, entry: Cell): boolean {
  return Object.entries(entry).every(([name, value]) => Object.hasOwn(cell, name) && cell[name] === value)
}

function withIncluded(cells: readonly Cell[], entry: Cell, axes: readonly string[]): readonly Cell[] {
  const ofAxes = Object.fromEntries(Object.entries(entry).filter(([name]) => axes.includes(name)))
  const isFurther = (cell: Cell) => axes.length > 0 && hasAll(cell, ofAxes)
  const adds = Object.keys(entry).length > Object.keys(ofAxes).length
  if (!adds || !cells.some(isFurther)) return cells.some((cell) => isSame(cell, entry)) ? cells : [...cells, entry]
  return cells.map((cell) => (isFurther(cell) ? { ...cell, ...entry } : cell))
}

function isSame(a: Cell, b: Cell): boolean {
  return Object.keys(a).length === Object.keys(b).length && hasAll(a, b)
}
