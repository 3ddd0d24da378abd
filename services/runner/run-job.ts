import type { MirrorCommit } from '@narwhal/git'
import { digestJob, type JobDefinition } from '@narwhal/pipeline'
import { type Ending, problem } from '@narwhal/protocol'
import type { AttemptWork } from './attempt.ts'
import { prepareJob } from './prepare-job.ts'
import { readPipeline } from './read-pipeline.ts'
import { runSteps } from './run-steps.ts'
import { withinTime } from './within-time.ts'

/**
 * Runs the steps of a planned job in one container.
 *
 * @throws the problem for which no step, or not every step, could be run.
 */
export async function runJob(work: AttemptWork): Promise<Ending> {
  const { commit, definition } = await readPlanned(work)
  const container = await prepareJob(definition, commit, work).catch((error: unknown) => {
    skipAll(work, definition)
    throw error
  })
  return withinTime((signal) => runSteps(definition, container, { ...work, signal }), {
    clock: work.clock,
    signal: work.signal,
    ms: definition.timeoutMs,
    tooLate: () => problem('TIMEOUT_TOTAL', `The job took longer than its ${definition.timeoutMs / 1000} s.`),
  })
}

/** The job as the commit defines it, if that is what was planned. */
async function readPlanned(work: AttemptWork): Promise<{ commit: MirrorCommit; definition: JobDefinition }> {
  const { offer } = work
  const { commit, parsed } = await readPipeline(offer.commit, work)
  const jobs = parsed !== undefined && 'pipeline' in parsed ? parsed.pipeline.jobs : []
  const definition = jobs.find(({ name }) => name === offer.jobName)
  if (definition === undefined || digestJob(definition) !== offer.digest) {
    throw problem('PLAN_CHANGED', `narwhal.yml has another job "${offer.jobName}" than the one that was planned.`)
  }
  return { commit, definition }
}

function skipAll({ report }: AttemptWork, { steps }: JobDefinition): void {
  for (const index of steps.keys()) report.stepEnded(index, { outcome: 'skipped' })
}
