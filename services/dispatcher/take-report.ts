import { type AttemptReply, type AttemptReport, type AttemptResult, type Ending, problem } from '@narwhal/protocol'
import type { AttemptRecord, JobChanges, JobRecord } from '@narwhal/store'
import { appendChunks } from './append-chunks.ts'
import { applyToAttempt } from './apply-event.ts'
import { authorizeAttempt } from './authorize-attempt.ts'
import type { Change } from './changes.ts'
import { checkPlan } from './check-plan.ts'
import { keepArtifacts } from './keep-artifacts.ts'
import type { LeaseTerms } from './lease-job.ts'
import { leaseNextJob } from './lease-next-job.ts'
import { storePlan } from './store-plan.ts'
import { takeStepEvents } from './take-step-events.ts'
import { verifyLog } from './verify-log.ts'

// 1. Only the holder of the attempt's token writes, and only while the attempt is leased or running.
// 2. Everything in a report is idempotent: events by their sequence, chunks by their offset, the result by the attempt's end.
// 3. A result is accepted only with the whole log. The plan comes with the result of its attempt.
// 4. A runner that comes back to containers which have ended by themselves says LEASE_LOST: the attempt is lost, as if the
//    runner had stayed away, but at once.

export interface ReportCall {
  readonly attemptId: string
  readonly token: string
  readonly report: AttemptReport
}

/** Takes what a runner says about its attempt, all of it or nothing. */
export async function takeReport(
  change: Change,
  { attemptId, token, report }: ReportCall,
  terms: LeaseTerms,
): Promise<AttemptReply> {
  const attempt = await authorizeAttempt(change.tables, attemptId, token)
  if (isRepeated(attempt, report)) return replyTo(change, attempt, { plans: report.plan !== undefined, terms })
  if (attempt.state.state !== 'leased' && attempt.state.state !== 'running') {
    throw problem('ATTEMPT_STALE', `attempt ${attempt.number} is ${attempt.state.state}`)
  }
  const started = await takeStart(change, attempt, report)
  const heard = takeStepEvents(started, report.events)
  const appended = await appendChunks(change, heard, report.chunks)
  if (heard !== started) await touchBuild(change, attempt)
  const saved = appended === started ? started : await change.tables.attempts.save(started, changesOf(appended))
  if (report.result !== undefined) await takeResult(change, saved, report)
  return replyTo(change, saved, { plans: report.plan !== undefined, terms })
}

/** The same result once more: its answer was lost on the way. */
function isRepeated(attempt: AttemptRecord, { result }: AttemptReport): boolean {
  const isOver = attempt.state.state === 'finished' || attempt.state.state === 'lost'
  return isOver && result !== undefined && attempt.logSha256 === result.log.sha256
}

async function takeStart(
  change: Change,
  attempt: AttemptRecord,
  { events, result }: AttemptReport,
): Promise<AttemptRecord> {
  const starts = result !== undefined || events.some(({ type }) => type === 'started')
  return starts ? applyToAttempt(change, attempt, { type: 'started', at: change.now }) : attempt
}

/** A plan job that passes has a plan; no other job brings one. */
async function checkResult(change: Change, attempt: AttemptRecord, { result, plan }: AttemptReport) {
  const job = await change.tables.jobs.find(attempt.jobId)
  const wants = job?.kind === 'plan' && result?.ending.outcome === 'passed'
  if (wants !== (plan !== undefined))
    throw problem('BAD_REQUEST', 'a plan comes with the result of a plan job that passed')
  if (plan !== undefined) checkPlan(plan)
  return job
}

/** Steps began or ended: whoever watches the build wants to see it. */
async function touchBuild(change: Change, { jobId }: AttemptRecord): Promise<void> {
  const job = await change.tables.jobs.find(jobId)
  if (job !== undefined) change.touch({ kind: 'build', buildId: job.buildId })
}

function changesOf({ steps, reported, logEnd }: AttemptRecord): Pick<AttemptRecord, 'steps' | 'reported' | 'logEnd'> {
  return { steps, reported, logEnd }
}

async function takeResult(change: Change, attempt: AttemptRecord, report: AttemptReport): Promise<void> {
  const { result, plan } = report
  if (result === undefined) return
  const job = await checkResult(change, attempt, report)
  await verifyLog(change.tables, attempt, result.log)
  const { log, exitCode } = result
  const ending = endingAsked(job, result.ending)
  const code = exitCode === undefined ? {} : { exitCode }
  const sealed = await change.tables.attempts.save(attempt, { logSha256: log.sha256, ...code })
  if (ending.code === 'LEASE_LOST') return void (await applyToAttempt(change, sealed, { type: 'lost', at: change.now })) // 4
  if (plan !== undefined && ending.outcome === 'passed') await storePlan(change, attempt.jobId, plan)
  if (job !== undefined) await keepArtifacts(change, { job, artifacts: result.produced?.artifacts })
  await applyToAttempt(change, sealed, { type: 'ended', ending, at: change.now }, leftBy(job, result))
}

/** A build that somebody stopped while it was planned has no jobs, also when the plan came first. */
function endingAsked(job: JobRecord | undefined, ending: Ending): Ending {
  const isStopped = job?.kind === 'plan' && 'cancelBecause' in job.state && job.state.cancelBecause !== undefined
  return isStopped && ending.outcome === 'passed' ? { outcome: 'cancelled' } : ending
}

/** What an attempt left takes the place of what earlier ones left, also when that is nothing. */
function leftBy(job: JobRecord | undefined, { produced }: AttemptResult): Pick<JobChanges, 'produced'> {
  if (job?.kind !== 'steps') return {}
  if (produced !== undefined) return { produced }
  return job.produced === undefined ? {} : { produced: { outputs: {} } }
}

interface ReplyOptions {
  readonly plans: boolean
  readonly terms: LeaseTerms
}

async function replyTo(change: Change, attempt: AttemptRecord, { plans, terms }: ReplyOptions): Promise<AttemptReply> {
  const job = await change.tables.jobs.find(attempt.jobId)
  const cancel = job !== undefined && 'cancelBecause' in job.state ? job.state.cancelBecause : undefined
  const next = plans && job !== undefined ? await leaseNextJob(change, job, { attempt, terms }) : undefined
  return { ...(cancel === undefined ? {} : { cancel }), ...(next === undefined ? {} : { next }) }
}
