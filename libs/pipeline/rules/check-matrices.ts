import { nearestName } from '../nearest-name.ts'
import { quoted } from '../quoted.ts'
import type { YamlValue } from '../yaml-value.ts'
import { type FileRules, itemsOf, keysOf, valueOf } from './file-rules.ts'

/** The keys of a matrix that are no axes. */
export const noAxes = ['include', 'exclude', 'fail-fast']

/** A matrix has an axis or a combination, and takes away only combinations of its axes. */
export function checkMatrices({ root, jobs, problems }: FileRules): void {
  const matrices = new Set([valueOf(root, 'matrix'), ...jobs.map(({ value }) => valueOf(value, 'matrix'))])
  for (const matrix of matrices) {
    if (matrix?.kind !== 'map' || matrix.entries.size === 0) continue
    checkAxes(matrix, { problems })
    checkExclude(matrix, { problems })
  }
}

type Problems = Pick<FileRules, 'problems'>

function axesOf(matrix: YamlValue): readonly string[] {
  return keysOf(matrix).filter((key) => !noAxes.includes(key))
}

function checkAxes(matrix: YamlValue, { problems }: Problems): void {
  if (axesOf(matrix).length > 0 || itemsOf(valueOf(matrix, 'include')).length > 0) return
  problems.add('PIPELINE_EMPTY', matrix.start, {
    message: 'the matrix has no axis',
    hint: 'Write for example: matrix: { node: [22, 24] }',
  })
}

const mostAxes = 20
const mostExcluded = 256

function checkExclude(matrix: YamlValue, { problems }: Problems): void {
  const axes = axesOf(matrix).slice(0, mostAxes)
  for (const cell of itemsOf(valueOf(matrix, 'exclude')).slice(0, mostExcluded)) {
    if (cell.kind !== 'map') continue
    for (const [axis, { keyStart }] of cell.entries) {
      if (axes.includes(axis)) continue
      const nearest = nearestName(axis, axes)
      problems.add('PIPELINE_UNKNOWN_NAME', keyStart, {
        message: `the matrix has no axis ${quoted(axis)}`,
        hint: nearest === undefined ? `Its axes are: ${axes.join(', ')}` : `Did you mean ${quoted(nearest)}?`,
      })
    }
  }
}
