import type { StepDefinition } from '@narwhal/pipeline'
import type { AttemptWork } from './attempt.ts'
import type { AttemptEnd } from './attempt-end.ts'
import { endingOf } from './ending-of.ts'
import { readPlannedJob } from './read-planned-job.ts'
import { runSteps } from './run-steps.ts'
import { adoptNetwork } from './steps/adopt-job.ts'
import { finishJob } from './steps/finish-job.ts'
import type { RunningJob } from './steps/running-job.ts'
import { startJob } from './steps/start-job.ts'

/**
 * Runs a planned job, from the reading of its commit to what it leaves; or goes on with one that a former life of the
 * runner has begun.
 *
 * @throws the problem for which no step could be run.
 */
export async function runJob(attempt: AttemptWork): Promise<AttemptEnd> {
  const job = await readyJob(attempt)
  return finishJob(job, await runSteps(job))
}

async function readyJob(attempt: AttemptWork): Promise<RunningJob> {
  const { offer, former, signal, halted } = attempt
  const patient = former === undefined ? attempt : { ...attempt, signal: halted } // a cancel ends steps that run, not this
  let steps: readonly StepDefinition[] = []
  try {
    const network = former === undefined ? undefined : await adoptNetwork(former, patient)
    const { commit, definition } = await readPlannedJob(offer, patient)
    steps = definition.steps
    const job = await startJob(definition, commit, { ...patient, network })
    return { ...job, work: { ...job.work, signal } }
  } catch (error) {
    await endAll(attempt, steps, error)
    throw error
  }
}

/** Steps that a former life began end with `error`, those that nobody began are skipped. */
async function endAll(
  { report, former }: AttemptWork,
  steps: readonly StepDefinition[],
  error: unknown,
): Promise<void> {
  const ended = new Set(former?.events.flatMap((event) => (event.type === 'step-ended' ? [event.step] : [])))
  const begun = new Set(former?.steps.keys())
  const open = [...new Set([...begun, ...steps.keys()])].filter((index) => !ended.has(index))
  for (const index of open.sort((one, other) => one - other)) {
    if (begun.has(index)) await report.formerStepEnded(index, endingOf(error))
    else report.stepEnded(index, { outcome: 'skipped' })
  }
}
