import { agentProblems } from './agent.ts'
import { cliProblems } from './cli.ts'
import { configProblems } from './config.ts'
import { dispatcherProblems } from './dispatcher.ts'
import { engineProblems } from './engine.ts'
import type { ProblemEntry } from './entry.ts'
import { gitProblems } from './git.ts'
import { httpProblems } from './http.ts'
import { keptProblems } from './kept.ts'
import { outcomeProblems } from './outcome.ts'
import { pipelineProblems } from './pipeline.ts'
import { produceProblems } from './produce.ts'
import { queueProblems } from './queue.ts'
import { reporterProblems } from './reporter.ts'
import { runnerProblems } from './runner.ts'
import { setupProblems } from './setup.ts'
import { storeProblems } from './store.ts'

const codes = {
  ...httpProblems,
  ...outcomeProblems,
  ...pipelineProblems,
  ...agentProblems,
  ...dispatcherProblems,
  ...runnerProblems,
  ...produceProblems,
  ...keptProblems,
  ...reporterProblems,
  ...queueProblems,
  ...storeProblems,
  ...gitProblems,
  ...engineProblems,
  ...configProblems,
  ...cliProblems,
  ...setupProblems,
}

/** A code of the catalogue; it has a section in docs/errors.md. */
export type ProblemCode = keyof typeof codes

/** Every code that Narwhal can show, with its HTTP status and what to do. */
export const catalogue: Readonly<Record<ProblemCode, ProblemEntry>> = codes

/** Whether Narwhal itself tries again after an attempt that errored with `code`. Decided by code, never by text. */
export function isRetried(code: string | undefined): boolean {
  return code !== undefined && code in codes && catalogue[code as ProblemCode].retried === true // checked by `in`
}
