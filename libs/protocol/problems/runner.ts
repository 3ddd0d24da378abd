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
} as const satisfies Record<string, ProblemEntry>
