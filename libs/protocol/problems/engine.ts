import type { ProblemEntry } from './entry.ts'

/** Codes of engine. */
export const engineProblems = {} as const satisfies Record<string, ProblemEntry>
