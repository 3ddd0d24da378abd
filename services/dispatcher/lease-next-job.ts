import { hashToken, newToken } from '@narwhal/host'
import { chooseRunner } from '@narwhal/pipeline'
import type { Offer } from '@narwhal/protocol'
import type { AttemptRecord, JobRecord, RunnerRecord } from '@narwhal/store'
import type { Change } from './changes.ts'
import { type LeaseTerms, leaseJob, offerOf } from './lease-job.ts'
import { runnerNeedsOf } from './runner-needs-of.ts'

export interface LeaseNextOptions {
  /** The plan's attempt: its runner has the commit already, and goes straight on. */
  readonly attempt: AttemptRecord
  readonly terms: LeaseTerms
}

/** Jobs of the build that are looked at. */
const lookedAt = 16

/**
 * The offer of a job of the build for the runner that planned it, if it may run one now. When the answer was lost, the same
 * attempt with a new token.
 */
export async function leaseNextJob(
  change: Change,
  { buildId }: JobRecord,
  { attempt, terms }: LeaseNextOptions,
): Promise<Offer | undefined> {
  if (attempt.state.state === 'finished') return offerAgain(change, buildId, { attempt, terms })
  const runner = await change.tables.runners.find(attempt.runnerId)
  if (runner === undefined) return undefined
  const queued = await change.tables.jobs.listQueued({ now: change.now, limit: lookedAt, buildId, claim: true })
  const next = queued.find((job) => goesStraightOn(job, runner))
  return next && leaseJob(change, next, { runner, terms })
}

/** Not before others in the background, and not on a runner of another track. */
function goesStraightOn(job: JobRecord, runner: RunnerRecord): boolean {
  const { priority, track } = job.planned ?? {}
  if (priority === 'background') return false
  if (track !== undefined && !runner.labels.includes(`track=${track}`)) return false
  return chooseRunner(runnerNeedsOf(job), [{ ...runner, held: 0 }]) !== undefined
}

/** The attempt that was leased in the same moment in which the plan's ended, while nobody has heard of it. */
async function offerAgain(
  change: Change,
  buildId: string,
  { attempt: planned, terms }: LeaseNextOptions,
): Promise<Offer | undefined> {
  const jobs = await change.tables.jobs.ofBuilds([buildId])
  const attempts = await change.tables.attempts.ofJobs(jobs.map(({ id }) => id))
  const unheard = attempts.toSorted((a, b) => (a.id < b.id ? -1 : 1)).find((one) => isUnheard(one, planned))
  const job = jobs.find(({ id }) => id === unheard?.jobId)
  if (unheard === undefined || job === undefined) return undefined
  const token = newToken()
  const attempt = await change.tables.attempts.save(unheard, { tokenHash: hashToken(token) })
  return offerOf(change, job, { attempt, token, terms })
}

function isUnheard({ runnerId, state, reported }: AttemptRecord, planned: AttemptRecord): boolean {
  if (runnerId !== planned.runnerId || state.state !== 'leased' || reported > 0) return false
  return planned.state.state === 'finished' && state.leasedAt === planned.state.finishedAt
}
