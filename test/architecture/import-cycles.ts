import { importsOf, targetsOf, resolveRelative } from './imports.ts'
import { isCode, type Source, type Violation } from './source.ts'

/** Files that import themselves by way of others; each cycle once, from its first path. */
export function importCycles(sources: readonly Source[]): readonly Violation[] {
  const imports = importGraph(sources)
  const settled = new Set<string>()
  const cycles: Violation[] = []

  function follow(path: string, way: readonly string[]): void {
    if (way.includes(path)) cycles.push([...way.slice(way.indexOf(path)), path].join(' → '))
    if (way.includes(path) || settled.has(path)) return
    for (const next of imports.get(path) ?? []) follow(next, [...way, path])
    settled.add(path)
  }

  for (const path of imports.keys()) follow(path, [])
  return cycles
}

/** Which files of the tree each file imports, types included. */
function importGraph(sources: readonly Source[]): ReadonlyMap<string, readonly string[]> {
  const named = targetsOf(sources)
  return new Map(
    sources.filter(isCode).map((source) => {
      const targets = importsOf(source).flatMap(({ specifier }) => {
        if (specifier.startsWith('.')) return [resolveRelative(source.path, specifier)]
        return named.get(specifier)?.entry ?? []
      })
      return [source.path, [...new Set(targets)]]
    }),
  )
}
