import {
  type AttemptView,
  type BuildView,
  type Commit,
  type JobView,
  type Outcome,
  problem,
  type Repository,
  type StepView,
} from '@narwhal/protocol'

// Every time is in milliseconds since the Unix epoch. A key is absent where its value is not known.

/** What a result file holds. */
export interface BuildResult {
  readonly version: 1
  readonly repository: Repository
  readonly ref: string
  readonly sha: string
  readonly trigger: Commit['trigger']
  readonly build: { readonly id: string; readonly number: number; readonly resubmitOf?: string }
  readonly outcome: Outcome
  readonly code?: string
  readonly message?: string
  readonly createdAt: number
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly durationMs?: number
  /** Of the jobs below. */
  readonly counts: Readonly<Record<'jobs' | Outcome, number>>
  readonly jobs: readonly JobResult[]
}

/** One job; steps and log are those of its newest finished attempt. */
export interface JobResult {
  readonly name: string
  readonly outcome?: Outcome
  readonly code?: string
  readonly message?: string
  /** How often it was tried; offers that a runner refused do not count. */
  readonly attempts: number
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly durationMs?: number
  readonly log?: { readonly bytes: number; readonly sha256: string; readonly whole?: boolean }
  readonly steps: readonly StepResult[]
}

/** One step; without an outcome it never began. */
export interface StepResult {
  readonly name: string
  readonly outcome?: Outcome
  readonly exitCode?: number
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly durationMs?: number
}

/** The result of a build that has ended. @throws {ProblemError} RESULT_REFUSED when it has not */
export function resultOfBuild(build: BuildView): BuildResult {
  const { id, number, commit, createdAt, resubmitOf, ending } = build
  if (ending === undefined) throw problem('RESULT_REFUSED', `Build ${id} has not ended`)
  const jobs = shownJobs(build).map(resultOfJob)
  return {
    version: 1,
    repository: commit.repository,
    ref: commit.ref,
    sha: commit.sha,
    trigger: commit.trigger,
    build: { id, number, ...(resubmitOf === undefined ? {} : { resubmitOf }) },
    ...ending,
    createdAt,
    ...timesOf(build),
    counts: countsOf(jobs),
    jobs,
  }
}

/** The jobs that people wrote; reading narwhal.yml is one of them only where it went wrong. */
export function shownJobs({ jobs }: BuildView): readonly JobView[] {
  return jobs.filter(({ kind, ending }) => kind === 'steps' || ending?.outcome !== 'passed')
}

/** The newest attempt at a job that ended by itself. */
export function acceptedAttempt({ attempts }: JobView): AttemptView | undefined {
  return attempts.filter(({ state }) => state === 'finished').toSorted((one, other) => other.number - one.number)[0]
}

function resultOfJob(job: JobView): JobResult {
  const attempt = acceptedAttempt(job)
  return {
    name: job.name,
    ...job.ending,
    attempts: job.attempts.filter(({ state }) => state !== 'refused').length,
    ...timesOf(job),
    ...(attempt?.log === undefined ? {} : { log: attempt.log }),
    steps: (attempt?.steps ?? []).map(resultOfStep),
  }
}

function resultOfStep(step: StepView): StepResult {
  return {
    name: step.name,
    ...(step.ending === undefined ? {} : { outcome: step.ending.outcome }),
    ...(step.exitCode === undefined ? {} : { exitCode: step.exitCode }),
    ...timesOf(step),
  }
}

interface Times {
  readonly startedAt?: number
  readonly finishedAt?: number
}

/** A clock that was set back while something ran makes no negative duration. */
function timesOf({ startedAt, finishedAt }: Times): Times & { readonly durationMs?: number } {
  return {
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(startedAt === undefined || finishedAt === undefined ? {} : { durationMs: Math.max(0, finishedAt - startedAt) }),
  }
}

function countsOf(jobs: readonly JobResult[]): BuildResult['counts'] {
  const ended = (outcome: Outcome) => jobs.filter((job) => job.outcome === outcome).length
  return {
    jobs: jobs.length,
    passed: ended('passed'),
    failed: ended('failed'),
    errored: ended('errored'),
    cancelled: ended('cancelled'),
    skipped: ended('skipped'),
  }
}
