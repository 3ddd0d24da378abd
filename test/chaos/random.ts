/** Chance that is the same for the same seed. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** A whole number of [from, to]. */
  whole(from: number, to: number): number
  /** One of them; each as likely as its weight says. */
  pick<T>(from: readonly T[], weightOf?: (one: T) => number): T
}

/** @see "mulberry32", T. Ettinger, 2017 */
export function openRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick(from, weightOf = () => 1) {
      const whole = from.reduce((sum, one) => sum + weightOf(one), 0)
      let left = next() * whole
      for (const one of from) {
        left -= weightOf(one)
        if (left < 0) return one
      }
      const last = from.at(-1)
      if (last === undefined) throw new RangeError('there is nothing to pick from')
      return last
    },
  }
}
