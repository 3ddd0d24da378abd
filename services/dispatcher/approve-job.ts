import { type Approver, equalTokens, hashToken, type Log } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { applyToJob, cancelAll } from './apply-event.ts'
import type { Change } from './changes.ts'
import { findReusable } from './find-reusable.ts'
import { keepTakenOver } from './keep-artifacts.ts'
import { supersededJobs } from './superseded.ts'

export interface Approval {
  readonly jobId: string
  /** Of an approver, or the API token. */
  readonly token: string
  readonly approvers: readonly Approver[]
  readonly log: Log
}

/**
 * Lets a job go on that waits for an approval, if the holder of `token` is one of those whom the job names. A job that names
 * nobody takes the word of any token.
 *
 * @throws {ProblemError} JOB_NOT_FOUND, APPROVAL_NOT_AWAITED, APPROVAL_NOT_YOURS.
 */
export async function approveJob(change: Change, { jobId, token, approvers, log }: Approval): Promise<void> {
  const job = await change.tables.jobs.find(jobId)
  const build = job && (await change.tables.builds.find(job.buildId))
  if (job === undefined || build === undefined) throw problem('JOB_NOT_FOUND', `there is no job ${jobId}`)
  const { state, planned } = job
  if (state.state !== 'waiting' || state.for !== 'approval')
    throw problem(
      'APPROVAL_NOT_AWAITED',
      `the job is ${state.state === 'waiting' ? 'waiting for others' : state.state}`,
    )
  const approver = approvers.find(({ tokenHash }) => equalTokens(hashToken(token), tokenHash))
  const names = planned?.approval ?? []
  if (names.length > 0 && (approver === undefined || !names.includes(approver.name)))
    throw problem('APPROVAL_NOT_YOURS', `${job.name} must be approved by ${names.join(' or ')}`)
  const approvedBy = approver?.name ?? 'the API token'
  const reused = await findReusable(change, job)
  const { ending, ...taken } = reused ?? {}
  const event = ending === undefined ? ({ type: 'approved' } as const) : ({ type: 'settled', ending } as const)
  const approved = await applyToJob(change, job, { ...event, at: change.now }, { approvedBy, ...taken })
  await keepTakenOver(change, approved)
  log.info({ jobId, job: job.name, build: build.number, approvedBy }, 'a job was approved')
  await cancelAll(change, await supersededJobs(change, build, [approved]))
}
