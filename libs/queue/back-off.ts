/** The longest back-off, in milliseconds: short, since few processes share one broker and commits wait meanwhile. */
export const longestBackOffMs = 2_000

const baseMs = 100

/**
 * How long to wait after the `failures`-th failure in a row (1 = the first), in milliseconds.
 *
 * Uniform in [0, min(2 s, 100 ms · 2^(failures - 1))], so that those who failed together do not come back together.
 *
 * @param random draws in [0, 1).
 * @see M. Brooker, "Exponential Backoff And Jitter", 2015 ("full jitter").
 */
export function backOffMs(failures: number, random: () => number): number {
  return Math.round(random() * Math.min(longestBackOffMs, baseMs * 2 ** (failures - 1)))
}
