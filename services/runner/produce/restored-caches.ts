import type { CacheDefinition } from '@narwhal/pipeline'

/** What became of the caches of a job when it began. */
export interface RestoredCaches {
  /** What people should know. */
  readonly notes: readonly string[]
  /** Those that were not there yet. */
  readonly missed: readonly MissedCache[]
}

/** A cache to be saved once the job has passed. */
export interface MissedCache {
  readonly key: string
  readonly scope: CacheDefinition['scope']
  readonly paths: readonly string[]
}
