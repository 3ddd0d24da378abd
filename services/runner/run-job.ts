import type { JobDefinition } from '@narwhal/pipeline'
import type { AttemptWork } from './attempt.ts'
import type { AttemptEnd } from './attempt-end.ts'
import { readPlannedJob } from './read-planned-job.ts'
import { runSteps } from './run-steps.ts'
import { finishJob } from './steps/finish-job.ts'
import { startJob } from './steps/start-job.ts'

/**
 * Runs a planned job, from the reading of its commit to what it leaves.
 *
 * @throws the problem for which no step could be run.
 */
export async function runJob(attempt: AttemptWork): Promise<AttemptEnd> {
  const { commit, definition } = await readPlannedJob(attempt.offer, attempt)
  const job = await startJob(definition, commit, attempt).catch((error: unknown) => {
    skipAll(attempt, definition)
    throw error
  })
  return finishJob(job, await runSteps(job))
}

function skipAll({ report }: AttemptWork, { steps }: JobDefinition): void {
  for (const index of steps.keys()) report.stepEnded(index, { outcome: 'skipped' })
}
