import type { Blobs } from '@narwhal/blobs'
import { type BytesAnswer, type HttpServer, type RouteTokens, serveDownload, serveUpload } from '@narwhal/host'
import { downloadBlob, getJobArtifacts, problem, uploadBlob } from '@narwhal/protocol'
import type { BlobRecord, JobRecord } from '@narwhal/store'
import type { Change, Changes } from './changes.ts'
import { findReadableBlob } from './find-readable-blob.ts'
import { heldAttempt } from './held-attempt.ts'
import { takeBlob } from './take-blob.ts'

export interface BlobRoutesDeps {
  readonly changes: Changes
  readonly blobs: Blobs
  readonly tokens: RouteTokens
  readonly signal: AbortSignal
}

/** The largest blob: a cache. Artifacts have a lower limit of their own. */
const maxBytes = 5 * 1024 ** 3

/** Bytes between runners and the blobs, and artifacts for people. */
export function serveBlobRoutes(server: HttpServer, deps: BlobRoutesDeps): void {
  const { changes, tokens } = deps
  serveUpload(server, uploadBlob, {
    tokens: {},
    maxBytes,
    take: ({ params, token, source }) => takeBlob(deps, { ...params, token, source }),
  })
  serveDownload(server, downloadBlob, {
    tokens: {},
    answer: async ({ params: { attemptId, sha256 }, token }) => {
      const blob = await changes.change(async ({ tables }) =>
        findReadableBlob(tables, await heldAttempt(tables, attemptId, token), sha256),
      )
      return bytesOf(deps, blob, 'application/octet-stream')
    },
  })
  serveDownload(server, getJobArtifacts, {
    tokens,
    answer: async ({ params }) => {
      const { job, blob } = await changes.change((change) => findArtifacts(change, params.jobId))
      const fileName = `${job.name.replace(/[^\w.-]+/g, '-')}.tar.gz`
      return { ...(await bytesOf(deps, blob, 'application/gzip')), fileName }
    },
  })
}

/** @throws {ProblemError} BLOB_NOT_FOUND when the bytes are gone, whatever the store says. */
async function bytesOf({ blobs, signal }: BlobRoutesDeps, { key, sha256 }: BlobRecord, type: string) {
  const found = await blobs.stat(key)
  if (found === undefined) throw problem('BLOB_NOT_FOUND', `the bytes of ${sha256} are gone`)
  return { bytes: found.bytes, type, source: blobs.read(key, { signal }) } satisfies BytesAnswer
}

async function findArtifacts({ tables }: Change, jobId: string): Promise<{ job: JobRecord; blob: BlobRecord }> {
  const job = await tables.jobs.find(jobId)
  if (job === undefined) throw problem('JOB_NOT_FOUND', `there is no job ${jobId}`)
  const { artifacts } = job.produced ?? {}
  const blob = artifacts && (await tables.blobs.find(job, artifacts.sha256))
  if (blob !== undefined) return { job, blob }
  const why = artifacts === undefined ? 'has none' : 'does not keep its artifacts any more'
  throw problem('ARTIFACTS_NOT_FOUND', `the job ${job.name} ${why}`)
}
