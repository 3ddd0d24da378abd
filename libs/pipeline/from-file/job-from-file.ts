import type { JobTemplate } from '../pipeline.ts'
import type { JobInFile } from '../schema/jobs.ts'
import { artifactsFromFile, cachesFromFile, reportsFromFile } from './kept-from-file.ts'
import {
  cloneFromFile,
  concurrencyFromFile,
  resourcesFromFile,
  retryFromFile,
  timeoutFromFile,
} from './limits-from-file.ts'
import { listOf } from './list-of.ts'
import { matrixFromFile } from './matrix-from-file.ts'
import { secretsFromFile } from './secrets-from-file.ts'
import { sidecarsFromFile } from './sidecars-from-file.ts'
import { stepsFromFile } from './steps-from-file.ts'
import { textsOf } from './texts-of.ts'
import { withoutAbsent } from './without-absent.ts'

const defaultTimeoutMs = 3_600_000

/** A job with every default filled in; what the file says for all jobs is merged into `job` already. */
export function jobFromFile(key: string, job: JobInFile): JobTemplate {
  const environment = { env: textsOf(job.env), secrets: secretsFromFile(job.secrets) }
  return withoutAbsent({
    key,
    name: job.name,
    image: job.image,
    steps: stepsFromFile(job, environment),
    needs: listOf(job.needs),
    if: job.if === undefined ? undefined : String(job.if),
    paths: job.paths === undefined ? undefined : listOf(job.paths),
    matrix: matrixFromFile(job.matrix),
    ...environment,
    ...partsFromFile(job),
    ...placeFromFile(job),
  })
}

function partsFromFile(job: JobInFile) {
  return {
    sidecars: sidecarsFromFile(job.services),
    cache: cachesFromFile(job.cache),
    artifacts: artifactsFromFile(job.artifacts),
    reports: reportsFromFile(job.reports),
    timeout: { totalMs: defaultTimeoutMs, ...timeoutFromFile(job.timeout) },
    retry: retryFromFile(job.retry),
    allowFailure: job['allow-failure'] ?? false,
    concurrency: concurrencyFromFile(job.concurrency),
  }
}

function placeFromFile(job: JobInFile) {
  return {
    labels: listOf(job['runs-on']),
    track: job.track,
    priority: job.priority ?? 'normal',
    resources: resourcesFromFile(job.resources),
    network: job.network ?? 'outbound',
    environment: job.environment,
    approval: approversOf(job.approval),
    lost: job.lost ?? (job.environment === undefined ? 'rerun' : 'fail'),
    clone: cloneFromFile(job.clone),
    dir: job.dir,
    shell: job.shell,
    user: job.user === undefined ? undefined : String(job.user),
    privileged: job.privileged ?? false,
  } as const
}

/** Nobody in particular for `true`. */
function approversOf(approval: JobInFile['approval'] = false): readonly string[] | undefined {
  if (approval === false) return undefined
  return approval === true ? [] : approval
}
