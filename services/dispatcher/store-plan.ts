import { hashToken, newToken } from '@narwhal/host'
import type { Offer, Plan } from '@narwhal/protocol'
import type { AttemptRecord, JobRecord } from '@narwhal/store'
import { queuedAt } from './accept-commit.ts'
import type { Change } from './changes.ts'
import { leaseJob, offerOf } from './lease-job.ts'

/** Stores the jobs of a plan, once: a plan is taken only together with the result that ends its attempt. */
export async function storePlan(change: Change, planJobId: string, plan: Plan): Promise<void> {
  const planJob = await change.tables.jobs.find(planJobId)
  if (planJob === undefined) return
  for (const [place, { name, digest, steps }] of plan.jobs.entries()) {
    await change.tables.jobs.insert({
      id: change.newId(),
      buildId: planJob.buildId,
      kind: 'steps',
      name,
      position: place + 1,
      digest,
      steps,
      labels: [],
      state: queuedAt(change.now),
    })
  }
  change.touch({ kind: 'build', buildId: planJob.buildId })
  change.touch({ kind: 'queued' })
}

export interface LeaseNextOptions {
  /** The plan's attempt: its runner has the commit already, and goes straight on. */
  readonly attempt: AttemptRecord
  readonly leaseMs: number
}

/** The offer of the build's first job for the runner that planned it; when its answer was lost, the same attempt with a new token. */
export async function leaseNextJob(
  change: Change,
  planJob: JobRecord,
  options: LeaseNextOptions,
): Promise<Offer | undefined> {
  const { attempt, leaseMs } = options
  const jobs = (await change.tables.jobs.ofBuilds([planJob.buildId])).filter(({ kind }) => kind === 'steps')
  const queued = jobs.find(({ state }) => state.state === 'queued')
  if (queued !== undefined) {
    const runner = { id: attempt.runnerId, name: attempt.runnerName }
    return leaseJob(change, queued, { runner, leaseMs })
  }
  const attempts = await change.tables.attempts.ofJobs(jobs.map(({ id }) => id))
  const unheard = attempts.find(
    ({ runnerId, state, reported }) => runnerId === attempt.runnerId && state.state === 'leased' && reported === 0,
  )
  const job = jobs.find(({ id }) => id === unheard?.jobId)
  return unheard === undefined || job === undefined ? undefined : offerAgain(change, job, { attempt: unheard, leaseMs })
}

async function offerAgain(change: Change, job: JobRecord, { attempt, leaseMs }: LeaseNextOptions): Promise<Offer> {
  const token = newToken()
  const renewed = await change.tables.attempts.save(attempt, { tokenHash: hashToken(token) })
  return offerOf(change, job, { attempt: renewed, token, leaseMs })
}
