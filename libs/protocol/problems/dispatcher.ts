import type { ProblemEntry } from './entry.ts'

/** Codes of the dispatcher. */
export const dispatcherProblems = {
  BUILD_NOT_FOUND: { status: 404, title: 'There is no such build', fix: '`narwhal builds` lists them.' },
  JOB_NOT_FOUND: { status: 404, title: 'There is no such job', fix: '`narwhal builds` lists builds and their jobs.' },
  ATTEMPT_NOT_FOUND: {
    status: 404,
    title: 'The job has no such attempt',
    fix: 'Leave out `attempt` for the newest one.',
  },
  REPOSITORY_UNKNOWN: {
    status: 404,
    title: 'This repository has no build yet',
    fix: 'Name it as host/owner/name, or push to it first.',
  },
  REF_UNKNOWN: {
    status: 422,
    title: 'The repository has no such ref',
    fix: 'Check the name; a ref is written in full, as refs/heads/main.',
  },
  JOB_ENDED: { status: 409, title: 'The job has already ended', fix: 'Resubmit it to run it again.' },
  JOB_NOT_ENDED: { status: 409, title: 'The job has not ended yet', fix: 'Wait for its end, or cancel it first.' },
  APPROVAL_NOT_AWAITED: {
    status: 409,
    title: 'The job does not wait for an approval',
    fix: 'Look at the job: it may wait for others still, have been approved already, or need no approval.',
  },
  APPROVAL_NOT_YOURS: {
    status: 403,
    title: 'Others must approve this job',
    fix: 'Use the token of somebody whom `approval:` of the job names; the tokens are in NARWHAL_APPROVERS of the dispatcher.',
  },
  QUARANTINE_NOT_FOUND: {
    status: 404,
    title: 'There is no such message in quarantine',
    fix: '`narwhal quarantine list` lists them.',
  },
  RUNNER_UNKNOWN: {
    status: 404,
    title: 'The dispatcher does not know this runner',
    fix: 'The runner registers again by itself.',
  },
  RUNNER_URL_INVALID: {
    status: 400,
    title: 'The URL of the runner is no http or https URL',
    fix: 'Set NARWHAL_RUNNER_URL to where the dispatcher reaches the runner.',
  },
  ATTEMPT_STALE: {
    status: 409,
    title: 'The attempt is over, or another one has taken its place',
    fix: 'Nothing: the runner stops it.',
  },
  ATTEMPT_TOKEN_WRONG: {
    status: 403,
    title: 'The token does not belong to this attempt',
    fix: 'Use the token that came with the offer.',
  },
  LOG_OFFSET_WRONG: {
    status: 409,
    title: 'The chunk does not begin where the stored log ends',
    fix: 'Send from the expected offset.',
  },
  LOG_UNREADABLE: {
    status: 500,
    title: 'The log was stored and cannot be read',
    fix: 'Check NARWHAL_BLOBS: the directory, its rights and its disk.',
  },
  LOG_DAMAGED: {
    status: 500,
    title: 'The stored log is not the one that was written',
    fix: 'Something outside of Narwhal changed it: check the disks and backups of NARWHAL_BLOBS and NARWHAL_STORE. The outcome of the job stands; resubmit it for a new log.',
  },
  LOG_INCOMPLETE: {
    status: 409,
    title: 'The stored log is not the one the runner wrote',
    fix: 'Send the missing chunks, then the result again.',
  },
  REPORT_GAP: {
    status: 409,
    title: 'An event of the attempt is missing',
    fix: 'Send from the expected sequence number.',
  },
} as const satisfies Record<string, ProblemEntry>
