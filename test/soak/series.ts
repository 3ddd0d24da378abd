import { quantile } from '../bench/quantile.ts'

/** One figure over time. */
export interface Series {
  /** Such as `runner-1 memory`. */
  readonly name: string
  readonly unit: 'bytes' | ''
  /** How much more it may be at the end than at the beginning, besides a tenth of it. */
  readonly slack: number
  readonly points: readonly Point[]
}

export interface Point {
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly value: number
}

/** Whether a figure stays where it is. */
export interface Trend {
  readonly name: string
  readonly unit: Series['unit']
  readonly first: number
  readonly last: number
  /** Change in an hour, by a line of least squares, and twice its standard error. */
  readonly slopePerHour: number
  readonly bandPerHour: number
  readonly isFlat: boolean
}

/** What comes before this share of the time is a start, and not looked at. */
const startShare = 0.2
const hourMs = 3_600_000

/**
 * The rule, without the first fifth of the time:
 *
 * 1. The median of the last third is at most a tenth and `slack` above the median of the first third.
 * 2. The slope is surely no more than a sixteenth and `slack` in a quarter of an hour.
 *
 * The band of the slope takes the points as independent, which they are not quite.
 */
export function trendOf({ name, unit, slack, points }: Series): Trend {
  const endAt = points.at(-1)?.at ?? 0
  const steady = points.filter(({ at }) => at >= endAt * startShare)
  const third = Math.max(1, Math.floor(steady.length / 3))
  const medianOf = (some: readonly Point[]) =>
    quantile(
      some.map(({ value }) => value),
      0.5,
    )
  const [first, last] = [medianOf(steady.slice(0, third)), medianOf(steady.slice(-third))]
  const { slope, error } = leastSquares(steady)
  const [slopePerHour, bandPerHour] = [slope * hourMs, 2 * error * hourMs]
  const isFlat = last <= first * 1.1 + slack && slopePerHour - bandPerHour <= 4 * (first / 16 + slack)
  return { name, unit, first, last, slopePerHour, bandPerHour, isFlat }
}

function leastSquares(points: readonly Point[]): { readonly slope: number; readonly error: number } {
  const n = points.length
  const meanAt = points.reduce((sum, { at }) => sum + at, 0) / n
  const mean = points.reduce((sum, { value }) => sum + value, 0) / n
  const spread = points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0)
  const slope = points.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - mean), 0) / spread
  const left = points.reduce((sum, { at, value }) => sum + (value - mean - slope * (at - meanAt)) ** 2, 0)
  return { slope, error: Math.sqrt(left / Math.max(1, n - 2) / spread) }
}
