import type { Chance } from './chance.ts'
import type { Decisions } from './decisions.ts'
import type { Timeline } from './timeline.ts'
import type { Trace } from './trace.ts'

/** What everything in one schedule shares. */
export interface World {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly decisions: Decisions
  readonly trace: Trace
  /** The wall time at which the schedule begins, milliseconds since the epoch. */
  readonly startAt: number
  /** Says that an invariant does not hold. */
  readonly violated: (invariant: string, what: string) => void
}
