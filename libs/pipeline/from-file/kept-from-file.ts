import { parseDuration } from '../parse-duration.ts'
import type { ArtifactsDefinition, CacheDefinition, ReportsDefinition } from '../pipeline.ts'
import type { JobInFile } from '../schema/jobs.ts'
import { listOf } from './list-of.ts'
import { withoutAbsent } from './without-absent.ts'

/** One cache of all plain paths, at the place of the first, and one for each map. */
export function cachesFromFile(cache: JobInFile['cache'] = []): readonly CacheDefinition[] {
  const entries = Array.isArray(cache) ? cache : [cache]
  const plain = entries.filter((entry) => typeof entry === 'string')
  const first = entries.findIndex((entry) => typeof entry === 'string')
  return entries.flatMap((entry, index) => {
    if (typeof entry !== 'string') return [cacheOf(entry)]
    return index === first ? [{ paths: plain, scope: 'branch' }] : []
  })
}

type FullCache = Exclude<Extract<NonNullable<JobInFile['cache']>, readonly unknown[]>[number], string>

function cacheOf({ path, key, scope = 'branch' }: FullCache): CacheDefinition {
  const known = typeof key === 'object' ? { files: listOf(key.files) } : key
  return withoutAbsent({ paths: listOf(path), key: known, scope })
}

const thirtyDaysMs = 30 * 86_400_000

/** Absent without artifacts. */
export function artifactsFromFile(artifacts: JobInFile['artifacts']): ArtifactsDefinition | undefined {
  if (artifacts === undefined) return undefined
  const isShort = typeof artifacts === 'string' || Array.isArray(artifacts)
  const { paths, if: when = 'success', keep = '' } = isShort ? { paths: artifacts } : artifacts
  return { paths: listOf(paths), if: when, keepMs: parseDuration(keep) ?? thirtyDaysMs }
}

/** Short forms are JUnit files. */
export function reportsFromFile(reports: JobInFile['reports'] = {}): ReportsDefinition {
  const isShort = typeof reports === 'string' || Array.isArray(reports)
  const { junit, coverage, annotations } = isShort ? { junit: reports } : reports
  return { junit: listOf(junit), coverage: listOf(coverage), annotations: listOf(annotations) }
}
