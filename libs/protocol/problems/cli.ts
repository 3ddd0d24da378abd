import type { ProblemEntry } from './entry.ts'

/** Codes of cli. */
export const cliProblems = {} as const satisfies Record<string, ProblemEntry>
