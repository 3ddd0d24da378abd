import { problem } from '@narwhal/protocol'
import { applyToJob } from './apply-event.ts'
import type { Change } from './changes.ts'

/**
 * Cancels a job. One that no runner holds ends at once; a held one is told to its runner after the commit (`tell-runner`),
 * and again with its next renewal.
 *
 * @throws {ProblemError} JOB_NOT_FOUND; JOB_ENDED.
 */
export async function cancelJob(change: Change, jobId: string, because: string): Promise<void> {
  const job = await change.tables.jobs.find(jobId)
  if (job === undefined) throw problem('JOB_NOT_FOUND', `there is no job ${jobId}`)
  if (job.state.state === 'finished') throw problem('JOB_ENDED', `the job ${job.state.ending.outcome} already`)
  await applyToJob(change, job, { type: 'cancelled', because, at: change.now })
}
