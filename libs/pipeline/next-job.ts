import { catalogue, type Ending, isRetried, type JobEvent, type JobState } from '@narwhal/protocol'

// 1. A job that finished never changes.
// 2. Attempt numbers only go up: a lease needs a number above all before it, and only the held attempt may speak.
// 3. Whoever asked to stop a job gets it stopped: no retry, no new lease. A job that had ended by itself keeps its ending.
// 4. A job that waits for an approval is queued by an approval and by nothing else.

/** How often an attempt that errored is tried again, and how long each of those waits. */
const backOffMs = [1_000, 4_000] as const

/** So many lost attempts end a job. */
const lostLimit = 3

/** The job after `event`. A late or repeated event is normal on a network: it returns `job` itself. */
export function nextJob(job: JobState, event: JobEvent): JobState {
  switch (job.state) {
    case 'waiting':
      return nextWaitingJob(job, event)
    case 'queued':
      return nextQueuedJob(job, event)
    case 'leased':
    case 'running':
      return nextHeldJob(job, event)
    case 'finished':
      return job
    default:
      return job satisfies never
  }
}

type WaitingJob = Extract<JobState, { state: 'waiting' }>
type QueuedJob = Extract<JobState, { state: 'queued' }>
type LeasedJob = Extract<JobState, { state: 'leased' }>
type HeldJobState = Extract<JobState, { state: 'leased' | 'running' }>
type AttemptEnded = Extract<JobEvent, { type: 'ended' }>
type AttemptLost = Extract<JobEvent, { type: 'lost' }>

function nextWaitingJob(job: WaitingJob, event: JobEvent): JobState {
  switch (event.type) {
    case 'released':
      if (job.for !== 'needs') return job
      return event.needsApproval ? { ...job, for: 'approval' } : queuedFirst(job, event.at)
    case 'approved':
      return job.for === 'approval' ? queuedFirst(job, event.at) : job
    case 'settled':
      return finished(job, event.ending, event.at)
    case 'cancelled':
      return finished(job, cancelledEnding(event.because), event.at)
    case 'leased':
    case 'refused':
    case 'started':
    case 'ended':
    case 'lost':
    case 'expired':
      return job
    default:
      return event satisfies never
  }
}

function queuedFirst({ queuedAt }: WaitingJob, at: number): JobState {
  return { state: 'queued', queuedAt, notBeforeAt: at, setbacks: { lost: 0, errored: 0, failed: 0 } }
}

function nextQueuedJob(job: QueuedJob, event: JobEvent): JobState {
  switch (event.type) {
    case 'leased':
      if (event.attempt <= (job.attempt ?? 0)) return job
      return leased(job, event.attempt)
    case 'cancelled':
      return finished(job, cancelledEnding(event.because), event.at)
    case 'expired':
      return finished(job, { outcome: 'errored', code: 'NO_RUNNER', message: event.message }, event.at)
    case 'released':
    case 'approved':
    case 'settled':
    case 'refused':
    case 'started':
    case 'ended':
    case 'lost':
      return job
    default:
      return event satisfies never
  }
}

function nextHeldJob(job: HeldJobState, event: JobEvent): JobState {
  if ('attempt' in event && event.attempt !== job.attempt) return job
  switch (event.type) {
    case 'started':
      return job.state === 'leased' ? started(job, event.at) : job
    case 'refused':
      return job.state === 'leased' ? afterRefusal(job, event.at) : job
    case 'ended':
      return afterEnd(job, event)
    case 'lost':
      return afterLoss(job, event)
    case 'cancelled':
      return job.cancelBecause === undefined ? { ...job, cancelBecause: event.because } : job
    case 'released':
    case 'approved':
    case 'settled':
    case 'leased':
    case 'expired':
      return job
    default:
      return event satisfies never
  }
}

function leased({ queuedAt, notBeforeAt, setbacks }: QueuedJob, attempt: number): LeasedJob {
  return { state: 'leased', queuedAt, readyAt: notBeforeAt, attempt, setbacks }
}

function started({ queuedAt, attempt, setbacks, cancelBecause }: LeasedJob, startedAt: number): JobState {
  const asked = cancelBecause === undefined ? {} : { cancelBecause }
  return { state: 'running', queuedAt, startedAt, attempt, setbacks, ...asked }
}

/** It waits on, since when it did: one that every runner refuses ends by the limit of that wait. */
function afterRefusal(job: LeasedJob, at: number): JobState {
  const { readyAt = at, setbacks } = job
  const again = queuedAgain(job, { at, setbacks })
  return again.state === 'queued' ? { ...again, notBeforeAt: Math.min(readyAt, at) } : again
}

function afterEnd(job: HeldJobState, { ending, at, retryInMs, final }: AttemptEnded): JobState {
  const { setbacks, cancelBecause } = job
  if (ending.outcome === 'cancelled' && cancelBecause !== undefined) {
    return finished(job, cancelledEnding(cancelBecause), at)
  }
  if (ending.outcome === 'failed' && retryInMs !== undefined && cancelBecause === undefined) {
    return queuedAgain(job, { at, setbacks: { ...setbacks, failed: setbacks.failed + 1 }, waitMs: retryInMs })
  }
  const waitMs = final ? undefined : backOffMs[setbacks.errored]
  if (ending.outcome !== 'errored' || !isRetried(ending.code) || waitMs === undefined) return finished(job, ending, at)
  return queuedAgain(job, { at, setbacks: { ...setbacks, errored: setbacks.errored + 1 }, waitMs })
}

function afterLoss(job: HeldJobState, { at, final }: AttemptLost): JobState {
  const setbacks = { ...job.setbacks, lost: job.setbacks.lost + 1 }
  if (job.cancelBecause === undefined && final) return finished(job, lostForGoodEnding(job.attempt), at)
  if (job.cancelBecause === undefined && setbacks.lost >= lostLimit) return finished(job, lostEnding(job.attempt), at)
  return queuedAgain(job, { at, setbacks })
}

type Requeue = Pick<QueuedJob, 'setbacks'> & { readonly at: number; readonly waitMs?: number }

/** Back to the queue; a job that somebody asked to stop ends here instead. */
function queuedAgain(job: HeldJobState, { at, setbacks, waitMs = 0 }: Requeue): JobState {
  if (job.cancelBecause !== undefined) return finished(job, cancelledEnding(job.cancelBecause), at)
  return { state: 'queued', queuedAt: job.queuedAt, notBeforeAt: at + waitMs, setbacks, attempt: job.attempt }
}

function finished(job: WaitingJob | QueuedJob | HeldJobState, ending: Ending, at: number): JobState {
  const started = job.state === 'running' ? { startedAt: job.startedAt } : {}
  return { state: 'finished', ending, queuedAt: job.queuedAt, ...started, finishedAt: at }
}

function cancelledEnding(because: string): Ending {
  return { outcome: 'cancelled', code: 'CANCELLED', message: `Cancelled: ${because}` }
}

function lostEnding(attempt: number): Ending {
  const message = `The runner of attempt ${attempt} was lost, and two before it. ${catalogue.RUNNER_LOST.fix}`
  return { outcome: 'errored', code: 'RUNNER_LOST', message }
}

function lostForGoodEnding(attempt: number): Ending {
  const why = 'It is not run again by itself, since it has `environment` or `lost: fail`: how far it came is not known.'
  const message = `The runner of attempt ${attempt} was lost. ${why} Look what it did, then resubmit it.`
  return { outcome: 'errored', code: 'RUNNER_LOST', message }
}
