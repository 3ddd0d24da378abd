import { nextJob } from '@narwhal/pipeline'
import type { JobEvent } from '@narwhal/protocol'
import type { JobChanges, JobRecord } from '@narwhal/store'
import type { Change } from './changes.ts'

/** The job after `event`, stored with what else changes; the same object when the event changes nothing. What follows from it is `applyToJob`'s. */
export async function changeJob(
  change: Change,
  job: JobRecord,
  event: JobEvent,
  also: Omit<JobChanges, 'state' | 'attempts'> = {},
): Promise<JobRecord> {
  const state = nextJob(job.state, event)
  if (state === job.state) return job
  const attempts = event.type === 'leased' ? event.attempt : job.attempts
  const saved = await change.tables.jobs.save(job, { ...also, state, attempts })
  if ('cancelBecause' in state && event.type === 'cancelled')
    change.touch({ kind: 'stop', jobId: job.id, because: event.because })
  touchJob(change, saved)
  return saved
}

/** Tells the listeners of a job that was stored in a new state. */
export function touchJob(change: Change, { buildId, state }: JobRecord): void {
  change.touch({ kind: 'build', buildId })
  if (state.state === 'queued' || state.state === 'finished') change.touch({ kind: 'queued' })
}
