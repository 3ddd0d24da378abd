/** The bounds of a back-off, in milliseconds. */
export interface BackoffBounds {
  readonly baseMs: number
  readonly capMs: number
}

/**
 * How long to wait before a retry: uniform in [0, min(`capMs`, `baseMs` · 2^retry)], so that those who failed together do not come back together.
 *
 * @param retry   0 before the first retry; a whole number.
 * @param random  draws in [0, 1); pass a fixed one in tests.
 * @returns a delay in milliseconds, a whole number.
 * @see M. Brooker, "Exponential Backoff And Jitter", 2015 ("full jitter").
 */
export function backoffMs(retry: number, { baseMs, capMs }: BackoffBounds, random: () => number = Math.random): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(retry, 30))
  return Math.round(random() * ceiling)
}
