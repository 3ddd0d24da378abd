import type { JobState, PlannedJob } from '@narwhal/protocol'
import { chooseRunner, type RunnerLoad } from './choose-runner.ts'
import { nextJob } from './next-job.ts'

/** A job that a runner holds which is gone. */
export interface OrphanedJob {
  readonly attemptId: string
  readonly state: JobState
  /** Absent for a plan, which may always begin again. */
  readonly planned?: Pick<PlannedJob, 'lost' | 'environment' | 'concurrency' | 'labels' | 'track'> | undefined
  /** Its build is one of a concurrency group. */
  readonly isOfGroup: boolean
}

/**
 * The attempts of a dead runner that are given away before their leases end, in the order of `jobs`.
 *
 * Its containers may still be running. So only jobs that may overlap with themselves go: not with `lost: fail`, an
 * `environment` or a concurrency group. And only when that is quicker than waiting for the runner to come back: another
 * runner has a free slot, and the job is queued again, not ended, by the loss.
 *
 * @param runners the others that can be offered something now.
 */
export function chooseGivenAway(jobs: readonly OrphanedJob[], runners: readonly RunnerLoad[]): readonly string[] {
  let loads = runners
  return jobs.filter(mayOverlap).flatMap((job) => {
    const chosen = chooseRunner({ labels: job.planned?.labels ?? [], track: job.planned?.track }, loads)
    if (chosen === undefined) return []
    loads = loads.map((load) => (load.id === chosen ? { ...load, held: load.held + 1 } : load))
    return [job.attemptId]
  })
}

function mayOverlap({ state, planned, isOfGroup }: OrphanedJob): boolean {
  if (!('attempt' in state) || state.attempt === undefined) return false
  const afterLoss = nextJob(state, { type: 'lost', attempt: state.attempt, at: state.queuedAt })
  if (afterLoss === state || afterLoss.state !== 'queued') return false
  if (planned === undefined) return true
  return (
    planned.lost === 'rerun' && planned.environment === undefined && planned.concurrency === undefined && !isOfGroup
  )
}
