import type { Ending } from './outcome.ts'

// The states of the four nouns that live. Their transitions are `next…` in `@narwhal/pipeline`.
// Every time is in milliseconds since the Unix epoch.

/** One pipeline for one commit. It ends once and never changes. */
export type BuildState =
  | { readonly state: 'queued' }
  | { readonly state: 'running'; readonly startedAt: number }
  | { readonly state: 'finished'; readonly ending: Ending; readonly startedAt?: number; readonly finishedAt: number }

/**
 * How often a job was tried in vain: attempts that were lost, that errored, that failed and were retried as the pipeline
 * says. Refused offers do not count.
 */
export interface Setbacks {
  readonly lost: number
  readonly errored: number
  readonly failed: number
}

/** The scheduled unit of a build. `attempt` is the number of its newest attempt, the fencing token. */
export type JobState =
  | { readonly state: 'waiting'; readonly queuedAt: number; readonly for: 'needs' | 'approval' }
  | {
      readonly state: 'queued'
      readonly queuedAt: number
      readonly notBeforeAt: number
      readonly setbacks: Setbacks
      /** Absent before the first attempt. */
      readonly attempt?: number
    }
  /** `readyAt`: since when it has waited for a runner that takes it; absent in what an older version stored. */
  | ({ readonly state: 'leased'; readonly queuedAt: number; readonly readyAt?: number } & HeldJob)
  | ({ readonly state: 'running'; readonly queuedAt: number; readonly startedAt: number } & HeldJob)
  | {
      readonly state: 'finished'
      readonly ending: Ending
      readonly queuedAt: number
      readonly startedAt?: number
      readonly finishedAt: number
    }

/** What a job that is with a runner carries. `cancelBecause` is set once somebody asked it to stop. */
export interface HeldJob {
  readonly attempt: number
  readonly setbacks: Setbacks
  readonly cancelBecause?: string
}

/** One try at a job on one runner. */
export type AttemptState =
  | { readonly state: 'leased'; readonly leasedAt: number }
  | { readonly state: 'running'; readonly leasedAt: number; readonly startedAt: number }
  | { readonly state: 'finished'; readonly ending: Ending; readonly startedAt?: number; readonly finishedAt: number }
  | { readonly state: 'refused'; readonly refusedAt: number }
  | { readonly state: 'lost'; readonly startedAt?: number; readonly lostAt: number }

/** One command list in one container of an attempt. */
export type StepState =
  | { readonly state: 'pending' }
  | { readonly state: 'running'; readonly startedAt: number }
  | {
      readonly state: 'finished'
      readonly ending: Ending
      readonly exitCode?: number
      readonly startedAt?: number
      readonly finishedAt: number
    }
