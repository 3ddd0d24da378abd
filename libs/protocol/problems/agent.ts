import type { ProblemEntry } from './entry.ts'

/** Codes of agent. */
export const agentProblems = {} as const satisfies Record<string, ProblemEntry>
