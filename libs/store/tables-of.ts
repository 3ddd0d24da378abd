import type { Kysely } from 'kysely'
import type { Claims } from './claims.ts'
import type { Schema } from './schema.ts'
import type { StoreTables } from './store.ts'
import { attemptTable } from './tables/attempts.ts'
import { blobTable } from './tables/blobs.ts'
import { buildTable } from './tables/builds.ts'
import { cacheTable } from './tables/caches.ts'
import { chunkTable } from './tables/chunks.ts'
import { deliveryTable } from './tables/deliveries.ts'
import { inflowTable, outboxTable } from './tables/flows.ts'
import { jobTable } from './tables/jobs.ts'
import { markTable } from './tables/marks.ts'
import { quarantineTable } from './tables/quarantine.ts'
import { reportTable } from './tables/reports.ts'
import { runnerTable } from './tables/runners.ts'
import { secretTable } from './tables/secrets.ts'

/** The tables of an open transaction, the same for every database but for what keeps several of them apart. */
export function tablesOf(db: Kysely<Schema>, claims: Claims): StoreTables {
  return {
    builds: buildTable(db),
    jobs: jobTable(db, claims),
    attempts: attemptTable(db),
    chunks: chunkTable(db),
    runners: runnerTable(db, claims),
    inflow: inflowTable(db),
    outbox: outboxTable(db),
    deliveries: deliveryTable(db),
    quarantine: quarantineTable(db),
    reports: reportTable(db),
    blobs: blobTable(db),
    caches: cacheTable(db),
    secrets: secretTable(db),
    marks: markTable(db),
  }
}
