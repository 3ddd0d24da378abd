import { endingOfProblems, planJobs } from '@narwhal/pipeline'
import { catalogue, type Commit, type Ending, type Plan } from '@narwhal/protocol'
import { type CommitDeps, readPipeline } from './read-pipeline.ts'

/** How a plan ended; with the plan when it passed. */
export interface PlanEnd {
  readonly ending: Ending
  readonly plan?: Plan
}

/** Reads narwhal.yml and says what is to run. */
export async function runPlan(commit: Commit, deps: CommitDeps): Promise<PlanEnd> {
  const read = await readPipeline(commit, deps)
  if (read.parsed === undefined) return { ending: pipelineMissing(commit) }
  if ('problems' in read.parsed) return { ending: endingOfProblems(read.parsed.problems) }
  const message = commit.message ?? (await read.commit.commitInfo()).message
  const plan = planJobs(read.parsed.pipeline, { ...commit, message })
  return 'ending' in plan ? plan : { ending: { outcome: 'passed' }, plan }
}

function pipelineMissing({ sha }: Commit): Ending {
  const message = `There is no narwhal.yml in the root directory of ${sha}.\n${catalogue.PIPELINE_MISSING.fix}`
  return { outcome: 'skipped', code: 'PIPELINE_MISSING', message }
}
