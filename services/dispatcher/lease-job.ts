import { hashToken, newToken } from '@narwhal/host'
import { type Offer, problem } from '@narwhal/protocol'
import type { AttemptRecord, JobRecord, RunnerRecord } from '@narwhal/store'
import { applyToJob } from './apply-event.ts'
import type { Change } from './changes.ts'

/** Leases a queued job to a runner: attempt n+1 is in the store before anybody hears of it. The offer goes out after the commit. */
export async function leaseJob(change: Change, job: JobRecord, options: LeaseOptions): Promise<Offer> {
  const { runner, leaseMs } = options
  const number = job.attempts + 1
  const token = newToken()
  const attempt = await change.tables.attempts.insert({
    id: change.newId(),
    jobId: job.id,
    number,
    runnerId: runner.id,
    runnerName: runner.name,
    tokenHash: hashToken(token),
    state: { state: 'leased', leasedAt: change.now },
    steps: job.steps.map((name, index) => ({ index, name, state: { state: 'pending' } })),
  })
  const leased = await applyToJob(change, job, { type: 'leased', attempt: number, at: change.now })
  return offerOf(change, leased, { attempt, token, leaseMs })
}

export interface LeaseOptions {
  readonly runner: Pick<RunnerRecord, 'id' | 'name'>
  readonly leaseMs: number
}

/** The offer of an attempt; `token` is known only now, the store has its hash. */
export async function offerOf(change: Change, job: JobRecord, options: OfferOptions): Promise<Offer> {
  const { attempt, token, leaseMs } = options
  const build = await change.tables.builds.find(job.buildId)
  if (build === undefined)
    throw problem('BUILD_NOT_FOUND', `job ${job.id} belongs to build ${job.buildId}, which is gone`)
  return {
    attemptId: attempt.id,
    attempt: attempt.number,
    token,
    leaseMs,
    buildId: build.id,
    buildNumber: build.number,
    jobId: job.id,
    jobName: job.name,
    kind: job.kind,
    ...(job.digest === undefined ? {} : { digest: job.digest }),
    commit: build.commit,
  }
}

export interface OfferOptions {
  readonly attempt: AttemptRecord
  readonly token: string
  readonly leaseMs: number
}
