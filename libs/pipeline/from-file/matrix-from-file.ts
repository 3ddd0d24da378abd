import type { Matrix } from '../pipeline.ts'
import type { JobInFile } from '../schema/jobs.ts'
import { textsOf } from './texts-of.ts'

/** Axes are the keys that are not ours; values are the texts of the file. Absent without a matrix. */
export function matrixFromFile(matrix: JobInFile['matrix']): Matrix | undefined {
  if (matrix === undefined) return undefined
  const { include = [], exclude = [], 'fail-fast': failFast = false, ...axes } = matrix
  const lists = Object.entries(axes).map(([name, values]) => [name, textList(values)] as const)
  return { axes: Object.fromEntries(lists), include: include.map(textsOf), exclude: exclude.map(textsOf), failFast }
}

/** Static types do not know the axes, which the schema has as a pattern. */
function textList(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.map(String) : []
}
