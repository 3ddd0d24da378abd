import type { AttemptState, AttemptView, BuildView, JobView, StepView } from '@narwhal/protocol'
import type { AttemptRecord, BuildRecord, JobRecord, StepRecord, StoreTables } from '@narwhal/store'
import { describeWaits } from './describe-waits.ts'

/** A build as people and other services see it. */
export async function viewBuild(tables: StoreTables, build: BuildRecord): Promise<BuildView> {
  const [view] = await viewBuilds(tables, [build])
  return view ?? viewOf(build, [])
}

/** Many builds with few reads in all. */
export async function viewBuilds(tables: StoreTables, builds: readonly BuildRecord[]): Promise<BuildView[]> {
  const jobs = await tables.jobs.ofBuilds(builds.map(({ id }) => id))
  const views = await viewJobs(tables, jobs)
  return builds.map((build) =>
    viewOf(
      build,
      views.filter(({ buildId }) => buildId === build.id),
    ),
  )
}

/** Jobs as people see them, with their attempts. */
export async function viewJobs(tables: StoreTables, jobs: readonly JobRecord[]): Promise<JobView[]> {
  const attempts = Map.groupBy(await tables.attempts.ofJobs(jobs.map(({ id }) => id)), ({ jobId }) => jobId)
  const waits = await describeWaits(tables, jobs)
  return jobs.map((job) => viewJob(job, { attempts: attempts.get(job.id) ?? [], waitsFor: waits.get(job.id) }))
}

function viewOf(build: BuildRecord, jobs: JobView[]): BuildView {
  const { id, number, commit, createdAt, resubmitOf, state } = build
  return { id, number, commit, createdAt, ...(resubmitOf === undefined ? {} : { resubmitOf }), ...state, jobs }
}

interface AroundJob {
  readonly attempts: readonly AttemptRecord[]
  readonly waitsFor: string | undefined
}

function viewJob(job: JobRecord, { attempts, waitsFor }: AroundJob): JobView {
  const { id, buildId, kind, name, planned, produced, approvedBy, takenFrom, state } = job
  return {
    id,
    buildId,
    kind,
    name,
    state: state.state,
    ...(waitsFor === undefined ? {} : { waitsFor }),
    needs: planned?.needs ?? [],
    allowFailure: planned?.allowFailure ?? false,
    ...(planned?.environment === undefined ? {} : { environment: planned.environment }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
    queuedAt: state.queuedAt,
    ...('startedAt' in state && state.startedAt !== undefined ? { startedAt: state.startedAt } : {}),
    ...(state.state === 'finished' ? { ending: state.ending, finishedAt: state.finishedAt } : {}),
    ...(produced === undefined ? {} : { produced }),
    ...(takenFrom === undefined ? {} : { takenFrom }),
    attempts: attempts.map(viewAttempt),
  }
}

function viewAttempt({ id, number, runnerName, state, steps, logSha256, logEnd }: AttemptRecord): AttemptView {
  const log = logSha256 === undefined ? {} : { log: { bytes: logEnd.bytes, sha256: logSha256 } }
  return { id, number, runner: runnerName, ...viewAttemptState(state), ...log, steps: steps.map(viewStep) }
}

function viewAttemptState(state: AttemptState): Pick<AttemptView, 'state' | 'ending' | 'startedAt' | 'finishedAt'> {
  const started = 'startedAt' in state && state.startedAt !== undefined ? { startedAt: state.startedAt } : {}
  const ended = state.state === 'finished' ? { ending: state.ending, finishedAt: state.finishedAt } : {}
  return { state: state.state, ...started, ...ended }
}

function viewStep({ index, name, state }: StepRecord): StepView {
  return { index, name, ...state }
}
