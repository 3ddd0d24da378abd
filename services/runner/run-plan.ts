import { endingOfProblems } from '@narwhal/pipeline'
import { catalogue, type Commit, type Ending, type Offer, type Plan } from '@narwhal/protocol'
import { type CommitDeps, planCommit } from './planner/plan-commit.ts'

/** How a plan ended; with the plan when it passed. */
export interface PlanEnd {
  readonly ending: Ending
  readonly plan?: Plan
}

/** Reads narwhal.yml and says what is to run. */
export async function runPlan({ commit, defaultPipeline }: Offer, deps: CommitDeps): Promise<PlanEnd> {
  const { answer } = await planCommit(commit, { purpose: 'plan', defaultPipeline }, deps)
  if (answer === undefined) return { ending: pipelineMissing(commit) }
  if ('problems' in answer) return { ending: endingOfProblems(answer.problems) }
  return 'ending' in answer ? answer : { ending: { outcome: 'passed' }, plan: answer.plan }
}

function pipelineMissing({ sha }: Commit): Ending {
  const message = `There is no narwhal.yml in the root directory of ${sha}.\n${catalogue.PIPELINE_MISSING.fix}`
  return { outcome: 'skipped', code: 'PIPELINE_MISSING', message }
}
