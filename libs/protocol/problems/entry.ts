/** One code of the catalogue. docs/errors.md is written from these (`pnpm run docs`). */
export interface ProblemEntry {
  /** The HTTP status when this code is an answer; for codes that only end builds, 500 or 422 by whose fault it is. */
  readonly status: number
  /** A sentence without a full stop. */
  readonly title: string
  /** What the reader should do, as full sentences. */
  readonly fix: string
  /** An attempt that `errored` with this code is tried again by Narwhal, with back-off. */
  readonly retried?: true
}
