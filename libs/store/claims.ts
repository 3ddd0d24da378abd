import type { Kysely, SelectQueryBuilder, Selectable } from 'kysely'
import type { Schema } from './schema.ts'

/** How a database keeps rows for one of several transactions that lease at once. */
export interface Claims {
  /** See `RunnerTable.claim`. */
  runners(db: Kysely<Schema>, ids: readonly string[]): Promise<readonly string[]>
  /** A query of jobs without those that another transaction keeps; it keeps what it finds. */
  jobs(query: JobQuery): JobQuery
}

export type JobQuery = SelectQueryBuilder<Schema, 'jobs', Selectable<Schema['jobs']>>
