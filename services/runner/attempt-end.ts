import type { Ending, Plan, Produced } from '@narwhal/protocol'

/** How an attempt ended, and what it brought. */
export interface AttemptEnd {
  readonly ending: Ending
  readonly plan?: Plan
  /** Of the step that decided. */
  readonly exitCode?: number
  readonly produced?: Produced
}
