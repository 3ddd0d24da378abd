import { problem, type Produced } from '@narwhal/protocol'
import type { JobRecord } from '@narwhal/store'
import type { Change } from './changes.ts'

export interface JobArtifacts {
  readonly job: JobRecord
  readonly artifacts: Produced['artifacts']
}

/** The largest artifacts of a job, packed. */
const limitBytes = 2 * 1024 ** 3

/**
 * Keeps what a job produced for as long as its narwhal.yml says.
 *
 * @throws {ProblemError} ARTIFACTS_MISSING when it was not uploaded for this repository; ARTIFACTS_TOO_LARGE.
 */
export async function keepArtifacts({ tables, now }: Change, { job, artifacts }: JobArtifacts): Promise<void> {
  if (artifacts === undefined) return
  const { sha256, bytes, keepMs } = artifacts
  if (bytes > limitBytes) throw problem('ARTIFACTS_TOO_LARGE', `they have ${bytes} bytes; ${limitBytes} is the most`)
  const uploaded = await tables.blobs.find(job, sha256)
  if (uploaded?.bytes !== bytes) throw problem('ARTIFACTS_MISSING', `${sha256} was not uploaded`)
  await tables.blobs.keep(job, sha256, endOf(now, keepMs))
}

/** A job that stands for another one keeps its artifacts as long again. */
export async function keepTakenOver({ tables, now }: Change, job: JobRecord): Promise<void> {
  const { artifacts } = job.produced ?? {}
  if (artifacts === undefined || job.takenFrom === undefined) return
  await tables.blobs.keep(job, artifacts.sha256, endOf(now, artifacts.keepMs))
}

function endOf(now: number, keepMs: number): number {
  return Math.min(now + keepMs, Number.MAX_SAFE_INTEGER)
}
