import type { Commit, Ending, Plan } from '@narwhal/protocol'
import { digestJob } from './digest-job.ts'
import { endingOfSkipped } from './ending-of-skipped.ts'
import type { JobDefinition, Pipeline } from './pipeline.ts'

/** The plan of a pipeline for a commit; or how the build ends at once, when it wants none. */
export function planJobs(pipeline: Pipeline, commit: Commit): Plan | { readonly ending: Ending } {
  const ending = endingOfSkipped(commit)
  return ending === undefined ? { jobs: pipeline.jobs.map(plannedJob) } : { ending }
}

function plannedJob(job: JobDefinition): Plan['jobs'][number] {
  return { name: job.name, digest: digestJob(job), steps: job.steps.map((step) => step.name) }
}
