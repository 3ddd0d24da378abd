/**
 * The value below which the share `q` of `samples` lies (nearest rank).
 *
 * @param q in [0, 1]; 0.5 is the median.
 * @returns NaN when there is no sample.
 */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}

/** The median of `samples`. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5)
}
