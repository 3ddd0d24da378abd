import type { ProblemEntry } from './entry.ts'

/** Codes of reporter. */
export const reporterProblems = {} as const satisfies Record<string, ProblemEntry>
