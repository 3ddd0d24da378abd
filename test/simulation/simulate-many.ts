import type { Lanes } from './lane/open-lanes.ts'
import type { Outcome } from './simulate.ts'
import { addOutcome, emptySum, type Sum } from './sum.ts'

export interface Many {
  readonly first: number
  readonly last: number
  /** Whether to begin no more schedules. */
  readonly isEnough: () => boolean
  readonly onViolation: (outcome: Outcome) => void
  readonly onProgress: (sum: Sum) => void
}

/** Simulates the schedules of many seeds. What they came to is added in the order of the seeds, whichever lane was first. */
export async function simulateMany(lanes: Lanes, many: Many): Promise<Sum> {
  const { first, last, isEnough, onViolation, onProgress } = many
  const startedAt = performance.now()
  const waiting = new Map<number, Outcome>()
  let sum = emptySum(first)
  let next = first

  function add(outcome: Outcome): void {
    waiting.set(outcome.seed, outcome)
    for (let due = waiting.get(sum.lastSeed + 1); due !== undefined; due = waiting.get(sum.lastSeed + 1)) {
      waiting.delete(due.seed)
      sum = { ...addOutcome(sum, due), realMs: Math.round(performance.now() - startedAt) }
      if (sum.schedules % 50 === 0) onProgress(sum)
    }
  }

  const keepSimulating = async () => {
    while (next <= last && !isEnough()) {
      const outcome = await lanes.simulate({ seed: next++, keepsTrace: false, isLong: false })
      if (outcome.violations.length > 0) onViolation(outcome)
      add(outcome)
    }
  }
  await Promise.all(Array.from({ length: lanes.count * 2 }, keepSimulating)) // a lane that ends one has the next at once
  return sum
}
