import { chooseRetry } from '@narwhal/pipeline'
import type { AttemptEvent, JobEvent } from '@narwhal/protocol'
import type { AttemptRecord, JobRecord } from '@narwhal/store'

/** What an attempt's event is to its job: the pipeline's word on another attempt comes with it. */
export function jobEventOf(job: JobRecord, attempt: AttemptRecord, event: AttemptEvent): JobEvent {
  const { number } = attempt
  if (event.type === 'lost') return { ...event, attempt: number, ...(runsOnce(job) ? { final: true } : {}) }
  if (event.type !== 'ended') return { ...event, attempt: number }
  const hasBegun = attempt.steps.some(({ state }) => 'startedAt' in state) // one that was skipped has not
  const final = runsOnce(job) && hasBegun ? { final: true as const } : {}
  const failed = 'setbacks' in job.state ? job.state.setbacks.failed : 0
  const { exitCode } = attempt
  const failure = { ending: event.ending, failed, ...(exitCode === undefined ? {} : { exitCode }) }
  const retryInMs = chooseRetry(job.planned?.retry, failure)
  return { ...event, attempt: number, ...final, ...(retryInMs === undefined ? {} : { retryInMs }) }
}

/** Nobody knows how far it came, so nobody may begin it again. */
function runsOnce({ planned }: JobRecord): boolean {
  return planned?.lost === 'fail' || planned?.environment !== undefined
}
