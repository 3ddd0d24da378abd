import type { AttemptState, AttemptView, BuildView, JobView, StepView } from '@narwhal/protocol'
import type { AttemptRecord, BuildRecord, JobRecord, ReportRecord, StepRecord, StoreTables } from '@narwhal/store'
import { describeWaits } from './describe-waits.ts'

/** A build as people and other services see it. */
export async function viewBuild(tables: StoreTables, build: BuildRecord): Promise<BuildView> {
  const [view] = await viewBuilds(tables, [build])
  return view ?? viewOf(build, [], [])
}

/** Many builds with few reads in all. */
export async function viewBuilds(tables: StoreTables, builds: readonly BuildRecord[]): Promise<BuildView[]> {
  const jobs = await tables.jobs.ofBuilds(builds.map(({ id }) => id))
  const views = await viewJobs(tables, jobs)
  const reports = await tables.reports.ofBuilds(builds.filter(hasEnded).map(({ id }) => id))
  return builds.map((build) => {
    const isOfBuild = ({ buildId }: { readonly buildId: string }) => buildId === build.id
    return viewOf(build, views.filter(isOfBuild), reports.filter(isOfBuild))
  })
}

/** Jobs as people see them, with their attempts. */
export async function viewJobs(tables: StoreTables, jobs: readonly JobRecord[]): Promise<JobView[]> {
  const attempts = Map.groupBy(await tables.attempts.ofJobs(jobs.map(({ id }) => id)), ({ jobId }) => jobId)
  const waits = await describeWaits(tables, jobs)
  return jobs.map((job) => viewJob(job, { attempts: attempts.get(job.id) ?? [], waitsFor: waits.get(job.id) }))
}

function hasEnded({ state }: BuildRecord): boolean {
  return state.state === 'finished'
}

function viewOf(build: BuildRecord, jobs: JobView[], told: readonly ReportRecord[]): BuildView {
  const { id, number, commit, createdAt, resubmitOf, state } = build
  const made = { id, number, commit, createdAt, ...(resubmitOf === undefined ? {} : { resubmitOf }) }
  const reports = told.length === 0 ? {} : { reports: told.map(({ report }) => report) }
  return { ...made, ...state, ...reports, jobs }
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
  const whole = state.state === 'finished'
  const log = logSha256 === undefined ? {} : { log: { bytes: logEnd.bytes, sha256: logSha256, whole } }
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
