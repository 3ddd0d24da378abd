import type { Ending } from './outcome.ts'

// What can happen to the four nouns that live. `at` is in milliseconds since the Unix epoch.

export type BuildEvent =
  | { readonly type: 'started'; readonly at: number }
  | { readonly type: 'jobs-ended'; readonly endings: readonly Ending[]; readonly at: number }

export type JobEvent =
  | { readonly type: 'leased'; readonly attempt: number; readonly at: number }
  | { readonly type: 'refused'; readonly attempt: number; readonly at: number }
  | { readonly type: 'started'; readonly attempt: number; readonly at: number }
  | { readonly type: 'ended'; readonly attempt: number; readonly ending: Ending; readonly at: number }
  | { readonly type: 'lost'; readonly attempt: number; readonly at: number }
  | { readonly type: 'cancelled'; readonly because: string; readonly at: number }
  | { readonly type: 'expired'; readonly message: string; readonly at: number }

export type AttemptEvent =
  | { readonly type: 'started'; readonly at: number }
  | { readonly type: 'ended'; readonly ending: Ending; readonly at: number }
  | { readonly type: 'refused'; readonly at: number }
  | { readonly type: 'lost'; readonly at: number }

export type StepEvent =
  | { readonly type: 'started'; readonly at: number }
  | { readonly type: 'ended'; readonly ending: Ending; readonly exitCode?: number; readonly at: number }
  | { readonly type: 'skipped'; readonly at: number }
