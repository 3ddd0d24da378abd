import type { OpenOracle } from './oracle.ts'
import { sizesOf } from './sizes-of.ts'

/** Timers that a machine at rest has: its loops, and sleeps that nobody waits for any more. */
const restingPerMachine = 40

/** I20: when it is quiet, everything that grew is back where it began. */
export const nothingIsLeft: OpenOracle = (facts) => ({
  onQuiet() {
    const { world } = facts
    const { timers = 0, machines = 0, ...rest } = sizesOf(facts)
    for (const [what, count] of Object.entries(rest)) if (count > 0) world.violated('I20', `${count} ${what} are left`)
    if (timers > machines * restingPerMachine) world.violated('I20', `${timers} timers are left`)
  },
})
