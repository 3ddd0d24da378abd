import type { Outcome } from './simulate.ts'

/** Simulates the schedule again with these decisions alone. */
export type Try = (kept: readonly string[]) => Promise<Outcome>

export interface ShrinkOptions {
  readonly tries: number
  /** How many tries run side by side. */
  readonly width: number
}

/**
 * Leaves out decisions as long as the same invariant is broken: halves first, then smaller parts, then single ones.
 *
 * @returns the last schedule that still breaks it.
 * @see A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002 (delta debugging).
 */
export async function shrink(failed: Outcome, attempt: Try, { tries, width }: ShrinkOptions): Promise<Outcome> {
  const invariant = failed.violations[0]?.invariant
  let smallest = failed
  let left = tries
  const stillFails = ({ violations }: Outcome) => violations[0]?.invariant === invariant

  for (let parts = 2; left > 0; ) {
    const { decisions } = smallest
    const size = Math.ceil(decisions.length / parts)
    const found = await firstOf(partsOf(decisions, size))
    if (found !== undefined) {
      smallest = found
      parts = Math.max(2, parts - 1)
    } else if (size <= 1) break
    else parts = Math.min(parts * 2, decisions.length)
  }
  return smallest

  /** The first of the schedules, each without one part, that still fails. */
  async function firstOf(without: readonly (readonly string[])[]): Promise<Outcome | undefined> {
    for (let at = 0; at < without.length && left > 0; at += width) {
      const outcomes = await Promise.all(without.slice(at, at + width).map((kept) => attempt(kept)))
      left -= outcomes.length
      const found = outcomes.find(stillFails)
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** The decisions without each of their parts, once each. */
function partsOf(decisions: readonly string[], size: number): readonly (readonly string[])[] {
  const count = Math.ceil(decisions.length / size)
  return Array.from({ length: count }, (_, part) => decisions.toSpliced(part * size, size))
}
