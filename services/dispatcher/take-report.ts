import { type AttemptReply, type AttemptReport, problem } from '@narwhal/protocol'
import type { AttemptRecord } from '@narwhal/store'
import { appendChunks } from './append-chunks.ts'
import { applyToAttempt } from './apply-event.ts'
import { authorizeAttempt } from './authorize-attempt.ts'
import type { Change } from './changes.ts'
import { leaseNextJob, storePlan } from './store-plan.ts'
import { takeStepEvents } from './take-step-events.ts'
import { verifyLog } from './verify-log.ts'

// 1. Only the holder of the attempt's token writes, and only while the attempt is leased or running.
// 2. Everything in a report is idempotent: events by their sequence, chunks by their offset, the result by the attempt's end.
// 3. A result is accepted only with the whole log. The plan comes with the result of its attempt.

export interface ReportCall {
  readonly attemptId: string
  readonly token: string
  readonly report: AttemptReport
}

/** Takes what a runner says about its attempt, all of it or nothing. */
export async function takeReport(
  change: Change,
  { attemptId, token, report }: ReportCall,
  leaseMs: number,
): Promise<AttemptReply> {
  const attempt = await authorizeAttempt(change.tables, attemptId, token)
  if (isRepeated(attempt, report)) return replyTo(change, attempt, { plans: report.plan !== undefined, leaseMs })
  if (attempt.state.state !== 'leased' && attempt.state.state !== 'running') {
    throw problem('ATTEMPT_STALE', `attempt ${attempt.number} is ${attempt.state.state}`)
  }
  const started = await takeStart(change, attempt, report)
  const heard = takeStepEvents(started, report.events)
  const appended = await appendChunks(change, heard, report.chunks)
  if (heard !== started) await touchBuild(change, attempt)
  const saved = appended === started ? started : await change.tables.attempts.save(started, changesOf(appended))
  if (report.result !== undefined) await takeResult(change, saved, report)
  return replyTo(change, saved, { plans: report.plan !== undefined, leaseMs })
}

/** The same result once more: its answer was lost on the way. */
function isRepeated(attempt: AttemptRecord, { result }: AttemptReport): boolean {
  return attempt.state.state === 'finished' && result !== undefined && attempt.logSha256 === result.log.sha256
}

async function takeStart(
  change: Change,
  attempt: AttemptRecord,
  { events, result }: AttemptReport,
): Promise<AttemptRecord> {
  const starts = result !== undefined || events.some(({ type }) => type === 'started')
  return starts ? applyToAttempt(change, attempt, { type: 'started', at: change.now }) : attempt
}

/** A plan job that passes has a plan, with one job of each name; no other job brings one. */
async function checkPlan(change: Change, attempt: AttemptRecord, { result, plan }: AttemptReport): Promise<void> {
  const job = await change.tables.jobs.find(attempt.jobId)
  const wants = job?.kind === 'plan' && result?.ending.outcome === 'passed'
  if (wants !== (plan !== undefined))
    throw problem('BAD_REQUEST', 'a plan comes with the result of a plan job that passed')
  const names = plan?.jobs.map(({ name }) => name) ?? []
  if (new Set(names).size < names.length) throw problem('BAD_REQUEST', 'two jobs of the plan have one name')
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
  await checkPlan(change, attempt, report)
  await verifyLog(change.tables, attempt, result.log)
  const sealed = await change.tables.attempts.save(attempt, { logSha256: result.log.sha256 })
  if (plan !== undefined) await storePlan(change, attempt.jobId, plan)
  await applyToAttempt(change, sealed, { type: 'ended', ending: result.ending, at: change.now })
}

interface ReplyOptions {
  readonly plans: boolean
  readonly leaseMs: number
}

async function replyTo(
  change: Change,
  attempt: AttemptRecord,
  { plans, leaseMs }: ReplyOptions,
): Promise<AttemptReply> {
  const job = await change.tables.jobs.find(attempt.jobId)
  const cancel = job !== undefined && 'cancelBecause' in job.state ? job.state.cancelBecause : undefined
  const next = plans && job !== undefined ? await leaseNextJob(change, job, { attempt, leaseMs }) : undefined
  return { ...(cancel === undefined ? {} : { cancel }), ...(next === undefined ? {} : { next }) }
}
