/** What a measure must reach: a value, or a ratio to the baseline that was measured in the same run. */
export type Goal =
  | { readonly ratioAtMost: number }
  | { readonly valueAtMost: number }
  | { readonly valueAtLeast: number }
  | 'for comparison'

/** One line of the benchmark. */
export interface Row {
  /** As /docs/performance.md counts the goals: `P1`. */
  readonly id: string
  readonly what: string
  readonly value: number
  readonly unit: 'ms' | 'jobs/s' | '% of a core' | 'MB'
  /** The same unit; absent where nothing is compared. */
  readonly baseline?: number
  readonly goal: Goal
  /** How many samples the value is made of. */
  readonly n: number
}

/** A row with what follows from it. `met` is absent for rows that only compare. */
export interface JudgedRow extends Row {
  readonly ratio?: number
  readonly met?: boolean
}

/** Adds the ratio to the baseline, and whether the goal is met. */
export function judgeRow(row: Row): JudgedRow {
  const { value, baseline, goal } = row
  const ratio = baseline === undefined ? undefined : value / baseline
  const judged = ratio === undefined ? row : { ...row, ratio }
  if (goal === 'for comparison') return judged
  if ('ratioAtMost' in goal) return { ...judged, met: ratio !== undefined && ratio <= goal.ratioAtMost }
  return { ...judged, met: 'valueAtMost' in goal ? value <= goal.valueAtMost : value >= goal.valueAtLeast }
}

/** A goal as people read it. */
export function goalText({ goal, unit }: Row): string {
  if (goal === 'for comparison') return ''
  if ('ratioAtMost' in goal) return `≤ ${goal.ratioAtMost} ×`
  return 'valueAtMost' in goal ? `≤ ${goal.valueAtMost} ${unit}` : `≥ ${goal.valueAtLeast} ${unit}`
}
