import type { Ending } from '@narwhal/protocol'
import type { JobRecord } from '@narwhal/store'

/**
 * The endings that decide how a build ends; `undefined` while a job goes on.
 *
 * A plan that passed says nothing about the commit once its jobs have spoken. A job with `allow-failure` is as good as
 * passed when it failed or errored.
 */
export function decisiveEndings(jobs: readonly JobRecord[]): readonly Ending[] | undefined {
  const ended = jobs.flatMap((job) => (job.state.state === 'finished' ? [{ job, ending: job.state.ending }] : []))
  if (ended.length < jobs.length) return undefined
  const spoken = ended.filter(({ job }) => job.kind === 'steps')
  const planFailed = ended.some(({ job, ending }) => job.kind === 'plan' && ending.outcome !== 'passed')
  return (spoken.length === 0 || planFailed ? ended : spoken).map(({ job, ending }) =>
    isAllowed(job, ending) ? { outcome: 'passed' } : ending,
  )
}

function isAllowed({ planned }: JobRecord, { outcome }: Ending): boolean {
  return planned?.allowFailure === true && (outcome === 'failed' || outcome === 'errored')
}
