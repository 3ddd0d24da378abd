import type { ProblemEntry } from './entry.ts'

/** Codes of configuration and start-up. */
export const configProblems = {
  CONFIG_INVALID: {
    status: 500,
    title: 'The configuration has faults',
    fix: 'Correct every line above; the README lists all settings.',
  },
  FAILPOINT: {
    status: 500,
    title: 'A failpoint did what it was armed for',
    fix: 'Nothing is wrong: a test asked for it. Unset NARWHAL_FAILPOINTS to end it.',
  },
  PORT_TAKEN: { status: 500, title: 'The port cannot be listened on', fix: 'End what uses it, or set NARWHAL_PORT.' },
} as const satisfies Record<string, ProblemEntry>
