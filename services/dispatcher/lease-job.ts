import { hashToken, newToken } from '@narwhal/host'
import { type NeededJob, type Offer, problem } from '@narwhal/protocol'
import type { AttemptRecord, BuildRecord, JobRecord, RunnerRecord } from '@narwhal/store'
import { applyToJob } from './apply-event.ts'
import type { Change } from './changes.ts'

/** Leases a queued job to a runner: attempt n+1 is in the store before anybody hears of it. The offer goes out after the commit. */
export async function leaseJob(change: Change, job: JobRecord, options: LeaseOptions): Promise<Offer> {
  const { runner, terms } = options
  const number = job.attempts + 1
  const token = newToken()
  const steps = job.planned?.steps ?? []
  const attempt = await change.tables.attempts.insert({
    id: change.newId(),
    jobId: job.id,
    number,
    runnerId: runner.id,
    runnerName: runner.name,
    tokenHash: hashToken(token),
    state: { state: 'leased', leasedAt: change.now },
    steps: steps.map((name, index) => ({ index, name, state: { state: 'pending' } })),
  })
  const leased = await applyToJob(change, job, { type: 'leased', attempt: number, at: change.now })
  return offerOf(change, leased, { attempt, token, terms })
}

/** What every offer of a dispatcher has. */
export interface LeaseTerms {
  readonly leaseMs: number
  /** The text of the pipeline for commits without a narwhal.yml. */
  readonly defaultPipeline?: string | undefined
}

export interface LeaseOptions {
  readonly runner: Pick<RunnerRecord, 'id' | 'name'>
  readonly terms: LeaseTerms
}

/** The offer of an attempt; `token` is known only now, the store has its hash. */
export async function offerOf(change: Change, job: JobRecord, options: OfferOptions): Promise<Offer> {
  const { attempt, token, terms } = options
  const build = await buildOf(change, job)
  const { leaseMs, defaultPipeline } = terms
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
    ...(job.planned === undefined ? {} : { digest: job.planned.digest }),
    commit: build.commit,
    needs: await neededJobs(change, job),
    ...(defaultPipeline === undefined ? {} : { defaultPipeline }),
  }
}

export interface OfferOptions {
  readonly attempt: AttemptRecord
  readonly token: string
  readonly terms: LeaseTerms
}

async function buildOf({ tables }: Change, { id, buildId, kind }: JobRecord): Promise<BuildRecord> {
  const build = await tables.builds.find(buildId)
  if (build === undefined) throw problem('BUILD_NOT_FOUND', `job ${id} belongs to build ${buildId}, which is gone`)
  if (kind === 'plan' || build.concurrency === undefined || build.hasBegun) return build
  return tables.builds.save(build, { hasBegun: true }) // from now on its group waits for it
}

async function neededJobs({ tables }: Change, { planned, buildId }: JobRecord): Promise<NeededJob[]> {
  if (planned === undefined || planned.needs.length === 0) return []
  const jobs = await tables.jobs.ofBuilds([buildId])
  return jobs.filter(({ name, kind }) => kind === 'steps' && planned.needs.includes(name)).flatMap(neededJob)
}

function neededJob({ planned, state, produced }: JobRecord): readonly NeededJob[] {
  if (planned === undefined || state.state !== 'finished') return []
  const { key, name } = planned
  const needed = { key, name, outcome: state.ending.outcome, outputs: produced?.outputs ?? {} }
  if (produced?.artifacts === undefined) return [needed]
  const { sha256, bytes } = produced.artifacts
  return [{ ...needed, artifacts: { sha256, bytes } }]
}
