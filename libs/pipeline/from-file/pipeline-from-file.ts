import type { Pipeline } from '../pipeline.ts'
import type { JobInFile } from '../schema/jobs.ts'
import type { PipelineFile } from '../schema/pipeline-file.ts'
import { jobFromFile } from './job-from-file.ts'
import { concurrencyFromFile } from './limits-from-file.ts'
import { listOf } from './list-of.ts'
import { secretsFromFile } from './secrets-from-file.ts'
import { triggersFromFile } from './triggers-from-file.ts'
import { withoutAbsent } from './without-absent.ts'

/** The pipeline of a valid file, with every default filled in. A file without `jobs` is one job with the key `build`. */
export function pipelineFromFile({ on, include, jobs, concurrency, ...root }: PipelineFile): Pipeline {
  return withoutAbsent({
    on: triggersFromFile(on),
    include: listOf(include),
    concurrency: concurrencyFromFile(concurrency),
    jobs: jobs === undefined ? jobsOfRoot(root) : jobsOf(jobs, root),
  })
}

/** A file that only includes others has no job of its own. */
function jobsOfRoot(root: JobInFile): Pipeline['jobs'] {
  const isJob = root.run !== undefined || root.steps !== undefined || root.uses !== undefined
  return isJob ? [jobFromFile('build', root)] : []
}

function jobsOf(jobs: NonNullable<PipelineFile['jobs']>, root: JobInFile): Pipeline['jobs'] {
  return Object.entries(jobs).map(([key, job]) => jobFromFile(key, merged(root, fullJob(job))))
}

function fullJob(job: NonNullable<PipelineFile['jobs']>[string]): JobInFile {
  if (typeof job === 'string') return { run: job }
  return Array.isArray(job) ? { steps: job } : job
}

/** Maps merge by key, everything else replaces. */
function merged(root: JobInFile, job: JobInFile): JobInFile {
  return {
    ...root,
    ...job,
    env: { ...root.env, ...job.env },
    secrets: { ...secretsFromFile(root.secrets), ...secretsFromFile(job.secrets) },
    services: { ...root.services, ...job.services },
    resources: { ...root.resources, ...job.resources },
    ...mergedClone(root.clone, job.clone),
  }
}

function mergedClone(root: JobInFile['clone'], job: JobInFile['clone']): Pick<JobInFile, 'clone'> {
  if (typeof root === 'object' && typeof job === 'object') return { clone: { ...root, ...job } }
  const clone = job === true && typeof root === 'object' ? root : (job ?? root)
  return clone === undefined ? {} : { clone }
}
