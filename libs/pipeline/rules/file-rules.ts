import type { FoundExpression, YamlSource } from '../reading.ts'
import type { YamlMap, YamlValue } from '../yaml-value.ts'

// The rules of this folder hold between several places of a file. They read its tree, not its value, so that they find what
// is wrong also in a file that has other problems.

/** A file as its rules see it. */
export interface FileRules extends YamlSource {
  readonly root: YamlMap
  readonly jobs: readonly JobInTree[]
  readonly expressions: readonly FoundExpression[]
  readonly nested: boolean
  /** Names of inputs that the including file declares. */
  readonly inputs: readonly string[]
}

/** A job of the tree: under `jobs`, or the root itself. */
export interface JobInTree {
  readonly key: string
  readonly start: number
  readonly value: YamlValue
  /** What stands under a key of the job, or else of the root. */
  readonly find: (key: string) => YamlValue | undefined
}

const maxJobs = 256

/** The jobs of a file, as many as there can be; the root is one when there is no `jobs`. */
export function jobsIn(root: YamlMap): readonly JobInTree[] {
  const jobs = root.entries.get('jobs')?.value
  if (jobs === undefined) return [{ key: 'build', start: root.start, value: root, find: (key) => valueOf(root, key) }]
  if (jobs.kind !== 'map') return []
  return [...jobs.entries].slice(0, maxJobs).map(([key, { keyStart, value }]) => ({
    key,
    start: keyStart,
    value,
    find: (name) => valueOf(value, name) ?? valueOf(root, name),
  }))
}

/** The value under a key; `undefined` when this is no map, or has no such key. */
export function valueOf(value: YamlValue | undefined, key: string): YamlValue | undefined {
  return value?.kind === 'map' ? value.entries.get(key)?.value : undefined
}

/** The keys of a map; none of anything else. */
export function keysOf(value: YamlValue | undefined): readonly string[] {
  return value?.kind === 'map' ? [...value.entries.keys()] : []
}

/** The entries of a list; a short form is its own one entry. */
export function itemsOf(value: YamlValue | undefined): readonly YamlValue[] {
  if (value === undefined) return []
  return value.kind === 'list' ? value.items : [value]
}

/** The text of a scalar that is not empty. */
export function textOf(value: YamlValue | undefined): string | undefined {
  return value !== undefined && 'text' in value && value.kind !== 'nothing' ? value.text : undefined
}
