import type { EntryFilter } from './entry-filter.ts'

/** A note about what could not be passed on, if there was anything. */
export function leftOutNote(what: string, { count, examples }: ReturnType<EntryFilter['leftOut']>): readonly string[] {
  if (count === 0) return []
  const more = count > examples.length ? `, and ${count - examples.length} more` : ''
  return [`${what}: left out ${examples.join(', ')}${more}`]
}
