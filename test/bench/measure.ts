import type { Row } from './row.ts'

/** One part of the benchmark. */
export interface Measure {
  /** What it measures, as the progress shows it. */
  readonly title: string
  run(context: BenchContext): Promise<Measured>
}

export interface BenchContext {
  /** Fewer samples: to see whether the benchmark works, not for figures. */
  readonly quick: boolean
  /** Says how far it is. */
  print(line: string): void
}

export interface Measured {
  readonly rows: readonly Row[]
  /** Lines below the table: where the time went. */
  readonly notes?: readonly string[]
}
