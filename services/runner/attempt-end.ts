import type { Ending, Plan, Produced } from '@narwhal/protocol'

/** How an attempt ended, and what it brought. */
export interface AttemptEnd {
  readonly ending: Ending
  readonly plan?: Plan
  /** Of the step that decided. */
  readonly exitCode?: number
  readonly produced?: Produced
}

/** How an attempt ended, and when, in milliseconds since the Unix epoch. */
export interface End extends AttemptEnd {
  readonly at: number
}
