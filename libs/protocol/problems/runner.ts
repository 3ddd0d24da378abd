import type { ProblemEntry } from './entry.ts'

/** Codes of the runner. */
export const runnerProblems = {
  RUNNER_FULL: {
    status: 409,
    title: 'The runner has no free slot',
    fix: 'Nothing: the job goes to another runner, or waits.',
  },
  RUNNER_DRAINING: {
    status: 409,
    title: 'The runner takes nothing new',
    fix: 'Nothing: the job goes to another runner.',
  },
  OFFER_UNKNOWN: { status: 404, title: 'The runner does not hold this attempt', fix: 'Nothing: it has ended.' },
  RUNNER_DATA_IN_USE: {
    status: 500,
    title: 'Another runner uses the data directory',
    fix: 'End the other runner, or set NARWHAL_DATA to a directory of its own for each runner.',
  },
  LEFTOVER_STAYS: {
    status: 500,
    title: 'The directory of an attempt that is over cannot be removed',
    fix: 'Remove it as root: what containers write belongs to other users. The runner does it by itself when it is root, or when the image has `chmod`.',
  },
  RUNNER_STOPPED: {
    status: 500,
    title: 'The runner was stopped while it ran the job',
    fix: 'Nothing: Narwhal runs the job again, on this runner or on another one.',
    retried: true,
  },
  LEASE_LOST: {
    status: 500,
    title: 'The lease of the attempt could not be renewed in time',
    fix: 'Check the network between the runner and the dispatcher; the job is given to another runner.',
  },
} as const satisfies Record<string, ProblemEntry>
