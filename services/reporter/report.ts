import type { BuildView, ProblemError } from '@narwhal/protocol'
import type { StatusReceipt } from './open-forge.ts'

/** Where an outcome is told. */
export type ReportTarget = 'file' | 'github-status'

/** The state of a build that is to be told to one target. */
export interface Report {
  /** Goes up in the order in which reports were taken. */
  readonly position: number
  readonly target: ReportTarget
  /** Reports of one lane are told one at a time, in their order. */
  readonly lane: string
  /** Of the event that is told. */
  readonly sequence: number
  /** How often it was tried in vain since the reporter was started. */
  readonly tries: number
  readonly build: BuildView
  /** What the target was last told about this build; absent before that. */
  readonly told?: string
  /** For that, so long as nobody has looked what it has covered. */
  readonly receipt?: StatusReceipt
}

/** How a try to tell a report ended. */
export type ReportAnswer =
  | { readonly type: 'delivered'; readonly told: string }
  /** The target was told; what that has covered is the next try's to look at. */
  | { readonly type: 'posted'; readonly told: string; readonly receipt: StatusReceipt }
  /** The target shows it already. */
  | { readonly type: 'unchanged' }
  /** It will never be taken. */
  | { readonly type: 'refused'; readonly cause: ProblemError }
  /** It may be taken later. */
  | { readonly type: 'failed'; readonly cause: ProblemError }
  /** The target takes nothing at all for `waitMs`. */
  | { readonly type: 'limited'; readonly cause: ProblemError; readonly waitMs: number }

/** Tells a report to its target, once. What it throws counts as `failed`. */
export type Tell = (report: Report) => Promise<ReportAnswer>
