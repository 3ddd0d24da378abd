import type { YamlPath } from './reading.ts'
import type { YamlValue } from './yaml-value.ts'

/**
 * Tells where the thing at a path stands: text at its beginning, a map or list under a key at the key. A job's key that only
 * the root has is found there, as its default; a file without `jobs` is its one job.
 */
export function locatorOf(root: YamlValue): (path: YamlPath) => number {
  return (path) => {
    const [jobs, key, ...rest] = path
    if (jobs !== 'jobs' || key === undefined || root.kind !== 'map') return placeOf(root, path).start
    if (!root.entries.has('jobs')) return placeOf(root, rest).start
    const own = placeOf(root, path)
    if (rest.length === 0 || own.depth > 2) return own.start
    const shared = placeOf(root, rest)
    return shared.depth > 0 ? shared.start : own.start
  }
}

/** Where the nearest thing stands, and how much of the path leads to it. */
interface Place {
  readonly start: number
  readonly depth: number
}

function placeOf(root: YamlValue, path: YamlPath): Place {
  let value = root
  let start = root.start
  for (const [depth, part] of path.entries()) {
    const next = typeof part === 'string' ? entryPlace(value, part) : itemPlace(value, part)
    if (next === undefined) return { start, depth }
    value = next.value
    start = next.start
  }
  return { start, depth: path.length }
}

interface Next {
  readonly value: YamlValue
  readonly start: number
}

function entryPlace(value: YamlValue, key: string): Next | undefined {
  const entry = value.kind === 'map' ? value.entries.get(key) : undefined
  if (entry === undefined) return undefined
  const isScalar = 'text' in entry.value
  return { value: entry.value, start: isScalar ? entry.value.start : entry.keyStart }
}

/** A short form is its own first entry. */
function itemPlace(value: YamlValue, index: number): Next | undefined {
  if ('text' in value && index === 0) return { value, start: value.start }
  const item = value.kind === 'list' ? value.items[index] : undefined
  return item === undefined ? undefined : { value: item, start: item.start }
}
