import type { ExpressionScope } from '../expressions/scope.ts'
import type { FoundExpression } from '../reading.ts'
import { noAxes } from './check-matrices.ts'
import { type FileRules, itemsOf, type JobInTree, keysOf, textOf, valueOf } from './file-rules.ts'

/** What expressions can read, by where they stand. */
export interface Scopes {
  scopeOf(found: FoundExpression): ExpressionScope
}

/** The scopes of a file: that of its job; of a default, what all the jobs have that it is for. */
export function createScopes({ root, jobs, inputs: given }: FileRules): Scopes {
  const inputs = [...given, ...keysOf(valueOf(valueOf(valueOf(root, 'on'), 'manual'), 'inputs'))]
  const names = new Map(jobs.map((job) => [job.key, { matrix: matrixNames(job), needs: needsOf(job) }]))
  const shared = new Map<string, Names>()

  const namesAt = (path: FoundExpression['path']): Names => {
    const place = placeOf(path)
    const known =
      shared.get(place) ?? sharedNames(jobsFor(path, { root, jobs }).flatMap(({ key }) => names.get(key) ?? []))
    shared.set(place, known)
    return known
  }
  return {
    scopeOf({ path, kind, when }) {
      const isCondition = kind === 'condition'
      if (path[0] === 'concurrency') return { matrix: [], needs: undefined, inputs, isCondition }
      const { matrix, needs } = namesAt(path)
      return { matrix, needs: when === 'plan' ? undefined : needs, inputs, isCondition }
    },
  }
}

/** A job that has more was refused already. */
const mostNeeds = 256

interface Names {
  readonly matrix: readonly string[]
  readonly needs: readonly string[]
}

/** Texts of one place are for the same jobs. */
function placeOf([first = '', second = '']: FoundExpression['path']): string {
  return JSON.stringify(first === 'jobs' || isMerged(first) ? [first, second] : [first])
}

/** Keys of the root whose maps merge with those of jobs. */
function isMerged(key: string | number): boolean {
  return key === 'env' || key === 'services'
}

/** The jobs that a text is for: its own, or of a default those that do not say otherwise. */
function jobsFor(
  path: FoundExpression['path'],
  { root, jobs }: Pick<FileRules, 'root' | 'jobs'>,
): readonly JobInTree[] {
  const [first = '', second = ''] = path.map(String)
  if (!root.entries.has('jobs')) return jobs
  if (first === 'jobs') return jobs.filter(({ key }) => key === second)
  const inheriting = jobs.filter(({ value }) => {
    const own = valueOf(value, first)
    return own === undefined || (isMerged(first) && valueOf(own, second) === undefined)
  })
  return inheriting.length > 0 ? inheriting : jobs
}

function sharedNames([first = { matrix: [], needs: [] }, ...others]: readonly Names[]): Names {
  return {
    matrix: first.matrix.filter((name) => others.every(({ matrix }) => matrix.includes(name))),
    needs: first.needs.filter((name) => others.every(({ needs }) => needs.includes(name))),
  }
}

function matrixNames(job: JobInTree): readonly string[] {
  const matrix = job.find('matrix')
  const axes = keysOf(matrix).filter((key) => !noAxes.includes(key))
  return [...new Set([...axes, ...itemsOf(valueOf(matrix, 'include')).flatMap(keysOf)])]
}

/** Keys and globs, which the check of expressions understands. */
function needsOf({ value }: JobInTree): readonly string[] {
  return itemsOf(valueOf(value, 'needs'))
    .slice(0, mostNeeds)
    .flatMap((need) => textOf(need) ?? [])
}
