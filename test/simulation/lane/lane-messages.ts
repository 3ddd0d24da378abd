import type { Outcome } from '../simulate.ts'

/** What a lane is asked to simulate. */
export interface LaneOrder {
  readonly seeds: readonly number[]
  readonly kept?: readonly string[] | undefined
  readonly keepsTrace: boolean
  /** Hours instead of seconds. */
  readonly isLong: boolean
}

/** What it says. */
export type LaneAnswer =
  | { readonly type: 'idle' }
  | { readonly type: 'begins'; readonly seed: number }
  | { readonly type: 'ended'; readonly outcome: Outcome }
