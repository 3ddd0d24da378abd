import type { Annotation, FailedTest } from '@narwhal/protocol'

/** What globs of report files are there for. */
export type ReportKind = 'junit' | 'coverage' | 'annotations'

/** Tests of one file, or of several together. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly durationMs?: number
  /** The first of those that failed. */
  readonly failures: readonly FailedTest[]
}

/** What one report file says, its texts as they are; or why it says nothing, as the end of a sentence. */
export type FileReport =
  | { readonly tests: TestCounts }
  | { readonly coverage: { readonly coveredLines: number; readonly lines: number } }
  | { readonly annotations: readonly Annotation[] }
  | { readonly fault: string }

/** One file, for the thread that reads it. */
export interface ReportFile {
  readonly kind: ReportKind
  readonly bytes: Uint8Array
}

/** How many failures, and annotations, are kept of all files together. */
export const maxShown = 50

/** Texts leave the thread a little longer than they are shown, so that a secret at the cut is whole when it is masked. */
export const maxReadLength = 8_000
