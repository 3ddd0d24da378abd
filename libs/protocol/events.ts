import type { Ending } from './outcome.ts'

// What can happen to the four nouns that live. `at` is in milliseconds since the Unix epoch.

/** What can happen to a build. */
export type BuildEvent =
  | { readonly type: 'started'; readonly at: number }
  | { readonly type: 'jobs-ended'; readonly endings: readonly Ending[]; readonly at: number }

/** What can happen to a job; `attempt` is the number of the attempt that says so. */
export type JobEvent =
  | { readonly type: 'leased'; readonly attempt: number; readonly at: number }
  | { readonly type: 'refused'; readonly attempt: number; readonly at: number }
  | { readonly type: 'started'; readonly attempt: number; readonly at: number }
  | { readonly type: 'ended'; readonly attempt: number; readonly ending: Ending; readonly at: number }
  | { readonly type: 'lost'; readonly attempt: number; readonly at: number }
  | { readonly type: 'cancelled'; readonly because: string; readonly at: number }
  | { readonly type: 'expired'; readonly message: string; readonly at: number }

/** What can happen to an attempt. */
export type AttemptEvent =
  | { readonly type: 'started'; readonly at: number }
  | { readonly type: 'ended'; readonly ending: Ending; readonly at: number }
  | { readonly type: 'refused'; readonly at: number }
  | { readonly type: 'lost'; readonly at: number }

/** What can happen to a step. */
export type StepEvent =
  | { readonly type: 'started'; readonly at: number }
  | { readonly type: 'ended'; readonly ending: Ending; readonly exitCode?: number; readonly at: number }
  | { readonly type: 'skipped'; readonly at: number }
