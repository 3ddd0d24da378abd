import type { Chance } from '../core/chance.ts'
import { drawActs } from './draw-acts.ts'
import { drawCommits, drawLimits } from './draw-commits.ts'
import { drawFaults } from './draw-faults.ts'
import { drawSchedule } from './draw-schedule.ts'
import type { Drawn, DrawnFault } from './drawn.ts'

const hoursMs = 2 * 3_600_000
/** Each round has commits, people and faults of its own. */
const roundMs = 60_000

/** Two hours like many short schedules one after the other, on the same machines. */
export function drawLongSchedule(seed: number, chance: Chance): Drawn {
  const drawn = drawSchedule(seed, chance)
  const limits = drawLimits(chance)
  const rates = {
    crash: 1,
    stop: 1,
    freeze: 1,
    partition: 1,
    'broker-restart': 1,
    'answer-lost': 0.01,
    'store-unknown': 0.01,
  }
  const rounds = Array.from({ length: hoursMs / roundMs }, (_, round) => {
    const startMs = round * roundMs
    const later = <T extends { readonly name: string; readonly atMs: number }>(one: T): T => ({
      ...one,
      name: `${one.name} of round ${round}`,
      atMs: one.atMs + startMs,
    })
    return {
      commits: drawCommits(chance, limits, round * 8 + 1).map(later),
      acts: drawActs(chance, 15_000).map(later),
      faults: drawFaults(chance, { rates, machines: drawn, calmAtMs: roundMs - 20_000 })
        .map(atItsTime)
        .map(later),
    }
  })
  return {
    ...drawn,
    rates: { ...drawn.rates, ...rates },
    commits: rounds.flatMap(({ commits }) => commits),
    acts: rounds.flatMap(({ acts }) => acts),
    faults: rounds.flatMap(({ faults }) => faults),
    calmAtMs: hoursMs,
  }
}

/** Not at a call: those are counted from the beginning. */
function atItsTime(fault: DrawnFault): DrawnFault {
  const { atCall: _, ...rest } = fault
  return rest
}
