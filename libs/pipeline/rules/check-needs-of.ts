import { checkNeeds } from '../check-needs.ts'
import { isGlob } from '../glob.ts'
import type { YamlScalar, YamlValue } from '../yaml-value.ts'
import { type FileRules, itemsOf, type JobInTree, valueOf } from './file-rules.ts'

/** What jobs need must be there, and must not go in a circle. */
export function checkNeedsOf({ root, jobs, nested, problems }: FileRules): void {
  const needs = neededNodes(jobs)
  const needing = jobs.map(({ key }) => ({ key, needs: (needs.get(key) ?? []).map(({ text }) => text) }))
  const foreign = nested || root.entries.has('include')
  for (const { key, index, code, message, hint } of checkNeeds(needing, { foreign })) {
    const need = needs.get(key)?.[index]
    if (need !== undefined) problems.add(code, need.start, { message, hint })
  }
}

/** More of them than anybody reads problems of, or writes. */
const mostUnknown = 100
const mostGlobs = 300

/**
 * The needs of each job by its key. A file from a stranger may have more of them than there is time to compare: those that
 * are simply there cost nothing, of the others the first are taken.
 */
function neededNodes(jobs: readonly JobInTree[]): ReadonlyMap<string, readonly YamlScalar[]> {
  const keys = new Set(jobs.map(({ key }) => key))
  const left = { unknown: mostUnknown, globs: mostGlobs }
  const isTaken = ({ text }: YamlScalar) => {
    if (isGlob(text)) return left.globs-- > 0
    return keys.has(text) || left.unknown-- > 0
  }
  return new Map(jobs.map(({ key, value }) => [key, itemsOf(valueOf(value, 'needs')).filter(isText).filter(isTaken)]))
}

function isText(value: YamlValue): value is YamlScalar {
  return value.kind === 'text' && value.text !== ''
}
