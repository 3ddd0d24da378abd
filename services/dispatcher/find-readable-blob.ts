import { problem } from '@narwhal/protocol'
import type { BlobRecord, JobRecord, StoreTables } from '@narwhal/store'
import { readScopes } from './cache-scopes.ts'
import type { HeldAttempt } from './held-attempt.ts'

/**
 * Bytes that an attempt may read: artifacts of the jobs that its job needs, and the caches of its scopes. Anything else is
 * not there, as far as it can tell.
 *
 * @throws {ProblemError} BLOB_NOT_FOUND
 */
export async function findReadableBlob(tables: StoreTables, held: HeldAttempt, sha256: string): Promise<BlobRecord> {
  const found = (await ofNeededJobs(tables, held.job, sha256)) ?? (await ofCaches(tables, held, sha256))
  if (found === undefined) throw problem('BLOB_NOT_FOUND', `the attempt has no artifacts or cache ${sha256}`)
  return found
}

async function ofNeededJobs(tables: StoreTables, job: JobRecord, sha256: string): Promise<BlobRecord | undefined> {
  const { needs = [] } = job.planned ?? {}
  if (needs.length === 0) return undefined
  const jobs = await tables.jobs.ofBuilds([job.buildId])
  const needed = jobs.filter(({ kind, name }) => kind === 'steps' && needs.includes(name))
  if (!needed.some(({ produced }) => produced?.artifacts?.sha256 === sha256)) return undefined
  return tables.blobs.find(job, sha256)
}

async function ofCaches(
  tables: StoreTables,
  { job, commit }: HeldAttempt,
  sha256: string,
): Promise<BlobRecord | undefined> {
  const { repository } = job
  const scopes = readScopes(commit, 'branch')
  for (const trust of ['trusted', 'untrusted'] as const) {
    const names = scopes.filter((one) => one.trust === trust).map(({ scope }) => scope)
    const isThere = names.length > 0 && (await tables.caches.hasBlob({ repository, trust }, names, sha256))
    if (isThere) return tables.blobs.find({ repository, trust }, sha256)
  }
  return undefined
}
