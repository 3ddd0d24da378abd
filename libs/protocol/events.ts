import type { Ending } from './outcome.ts'

// What can happen to the four nouns that live. `at` is in milliseconds since the Unix epoch.

/** What can happen to a build. */
export type BuildEvent =
  | { readonly type: 'started'; readonly at: number }
  | { readonly type: 'jobs-ended'; readonly endings: readonly Ending[]; readonly at: number }

/** What can happen to a job; `attempt` is the number of the attempt that says so. */
export type JobEvent =
  /** The needed jobs have ended well enough. */
  | { readonly type: 'released'; readonly needsApproval: boolean; readonly at: number }
  | { readonly type: 'approved'; readonly at: number }
  /** It does not run: `ending` is `skipped`, or `passed` when an earlier job of the same key stands for it. */
  | { readonly type: 'settled'; readonly ending: Ending; readonly at: number }
  | { readonly type: 'leased'; readonly attempt: number; readonly at: number }
  | { readonly type: 'refused'; readonly attempt: number; readonly at: number }
  | { readonly type: 'started'; readonly attempt: number; readonly at: number }
  /** `retryInMs`: the pipeline wants another attempt after this failure. `final`: an error must not be followed by another. */
  | {
      readonly type: 'ended'
      readonly attempt: number
      readonly ending: Ending
      readonly at: number
      readonly retryInMs?: number
      readonly final?: true
    }
  /** `final`: a lost attempt must not be followed by another. */
  | { readonly type: 'lost'; readonly attempt: number; readonly at: number; readonly final?: true }
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
