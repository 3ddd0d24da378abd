import type { MirrorCommit } from '@narwhal/git'
import { digestJob, type JobDefinition } from '@narwhal/pipeline'
import { type Offer, problem } from '@narwhal/protocol'
import { type CommitDeps, planCommit } from './planner/plan-commit.ts'

/** The job of an offer as its commit defines it, if that is what was planned. @throws PLAN_CHANGED */
export async function readPlannedJob(
  offer: Offer,
  deps: CommitDeps,
): Promise<{ commit: MirrorCommit; definition: JobDefinition }> {
  const { defaultPipeline, jobName, digest } = offer
  const { commit, answer } = await planCommit(offer.commit, { purpose: 'definitions', defaultPipeline }, deps)
  const definitions = answer !== undefined && 'definitions' in answer ? answer.definitions : []
  const definition = definitions.find(({ name }) => name === jobName)
  if (definition === undefined || digestJob(definition) !== digest) {
    throw problem('PLAN_CHANGED', `narwhal.yml has another job "${jobName}" than the one that was planned.`)
  }
  return { commit, definition }
}
