import { endingOfProblems } from '@narwhal/pipeline'
import { catalogue, type Commit, type Ending, maxReportBytes, type Offer, type Plan, problem } from '@narwhal/protocol'
import { type CommitDeps, planCommit } from './planner/plan-commit.ts'

/** How a plan ended; with the plan when it passed. */
export interface PlanEnd {
  readonly ending: Ending
  readonly plan?: Plan
}

/** In bytes, as JSON: something else may come in the same report. */
const maxPlanBytes = maxReportBytes - 1024 * 1024

/** Reads narwhal.yml and says what is to run. @throws PIPELINE_OVER_LIMIT, and as `planCommit`. */
export async function runPlan({ commit, defaultPipeline }: Offer, deps: CommitDeps): Promise<PlanEnd> {
  const { answer } = await planCommit(commit, { purpose: 'plan', defaultPipeline }, deps)
  if (answer === undefined) return { ending: pipelineMissing(commit) }
  if ('problems' in answer) return { ending: endingOfProblems(answer.problems) }
  if ('ending' in answer) return answer
  const bytes = Buffer.byteLength(JSON.stringify(answer.plan))
  if (bytes <= maxPlanBytes) return { ending: { outcome: 'passed' }, plan: answer.plan }
  throw problem(
    'PIPELINE_OVER_LIMIT',
    `The jobs have ${bytes} bytes when they are planned; ${maxPlanBytes} is the most.`,
  )
}

function pipelineMissing({ sha }: Commit): Ending {
  const message = `There is no narwhal.yml in the root directory of ${sha}.\n${catalogue.PIPELINE_MISSING.fix}`
  return { outcome: 'skipped', code: 'PIPELINE_MISSING', message }
}
