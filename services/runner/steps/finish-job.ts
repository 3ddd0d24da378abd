import type { JobDefinition } from '@narwhal/pipeline'
import { type Outcome, problem } from '@narwhal/protocol'
import type { JobWork } from '../attempt.ts'
import type { AttemptEnd } from '../attempt-end.ts'
import { endingOf } from '../ending-of.ts'
import { produce } from '../produce/produce.ts'
import { saveCaches } from '../produce/save-caches.ts'
import type { StepsEnd } from '../run-steps.ts'
import { withinTime } from '../within-time.ts'
import { mainPlace } from './place-of.ts'
import type { RunningJob } from './running-job.ts'

/** How long that may take, in milliseconds; shorter when somebody waits for the end of the job. */
const limitMs = 30 * 60_000
const hurriedLimitMs = 10_000

/** Keeps what the steps left. It does not throw: a job that passed and whose files could not be kept ends with that. */
export async function finishJob(job: RunningJob, end: StepsEnd): Promise<AttemptEnd> {
  const { work } = job
  const { ending, exitCode } = end
  const told = { ending, ...(exitCode === undefined ? {} : { exitCode }) }
  const isHurried = work.signal.aborted
  try {
    const { produced, problem: fault } = await withinTime((signal) => keep(job, end, { ...work, signal }), {
      ms: isHurried ? hurriedLimitMs : limitMs,
      clock: work.clock,
      signal: isHurried ? work.halted : work.signal,
      tooLate: () => problem('RUNNER_ERROR', 'What the job left was not kept in time.'),
    })
    return fault === undefined ? { ...told, produced } : { ending: endingOf(fault), produced }
  } catch (error) {
    work.log.warn({ err: error, attemptId: work.offer.attemptId }, 'what a job left could not be kept')
    return ending.outcome === 'passed' ? { ending: endingOf(error) } : told
  }
}

async function keep(job: RunningJob, { ending, files }: StepsEnd, work: JobWork) {
  const { outcome } = ending
  work.signal.throwIfAborted()
  const savedNotes = await keepCaches(job, outcome, work)
  return produce(job.definition, {
    container: await containerFor(job, outcome, work.signal),
    outcome,
    outputs: Object.fromEntries(files.flatMap(({ outputs }) => Object.entries(outputs))),
    summaries: files.flatMap(({ summary }) => (summary === undefined ? [] : [summary])),
    notes: [...(job.caches?.notes ?? []), ...files.flatMap(({ notes }) => notes), ...savedNotes],
    work,
  })
}

/** What lay outside of the workspace is gone with the container that the caches were restored into. */
async function keepCaches({ caches, containers, container }: RunningJob, outcome: Outcome, work: JobWork) {
  if (caches === undefined || outcome !== 'passed' || containers.isLost(container)) return []
  return saveCaches(caches, container, work)
}

/** One that lives, if files are wanted. */
async function containerFor({ definition, containers, container }: RunningJob, outcome: Outcome, signal: AbortSignal) {
  if (!containers.isLost(container) || !wantsFiles(definition, outcome)) return container
  return (await containers.at(mainPlace(definition), signal)).container
}

function wantsFiles({ artifacts, reports }: JobDefinition, outcome: Outcome): boolean {
  const wanted = artifacts?.if === 'always' || artifacts?.if === (outcome === 'passed' ? 'success' : 'failure')
  return wanted || Object.values(reports).some((globs) => globs.length > 0)
}
