import type { Chance } from '../core/chance.ts'
import { drawActs } from './draw-acts.ts'
import { drawCommits, drawLimits } from './draw-commits.ts'
import { drawFaults, drawRates } from './draw-faults.ts'
import type { Drawn, DrawnMachine, DrawnRunner } from './drawn.ts'

/** One schedule in so many uses the real store instead of the plain one. */
const realStoreRatio = 0.02

/** Draws everything that is decided before a schedule begins. */
export function drawSchedule(seed: number, chance: Chance): Drawn {
  const rates = drawRates(chance)
  const machines = drawMachines(chance, rates.drift !== undefined)
  const commits = drawCommits(chance, drawLimits(chance))
  const inputsEndMs = 1_000 + Math.max(...commits.map(({ atMs }) => atMs))
  const acts = drawActs(chance, inputsEndMs)
  const calmAtMs = inputsEndMs + chance.between('calm', 500, 6_000)
  return {
    seed,
    ...machines,
    leaseMs: chance.pick('lease', [2_000, 3_000, 3_000, 6_000, 12_000]),
    heartbeatMs: chance.pick('heartbeat', [1_000, 2_000, 5_000]),
    store: chance.draw('store kind') < realStoreRatio ? 'sqlite' : 'plain',
    commits,
    acts,
    faults: drawFaults(chance, { rates, machines, calmAtMs }),
    rates,
    calmAtMs,
  }
}

function drawMachines(chance: Chance, drifts: boolean) {
  const machine =
    (kind: string) =>
    (place: number): DrawnMachine => {
      const name = `${kind}-${place}`
      const drift = drifts ? chance.between(`drift ${name}`, -0.01, 0.01) : 0
      const skewMs = drifts ? Math.round(chance.between(`skew ${name}`, -30_000, 30_000)) : 0
      return { name, drift, skewMs }
    }
  const many = (kind: string, counts: readonly [number, ...number[]]) => {
    const count = chance.pick(`count ${kind}`, counts)
    return Array.from({ length: count }, (_, place) => machine(kind)(place + 1))
  }
  return {
    agents: many('agent', [1, 1, 2]),
    dispatchers: many('dispatcher', [1, 2, 2, 3]),
    runners: many('runner', [1, 2, 2, 3]).map((one): DrawnRunner => ({ ...one, ...drawRunner(chance, one.name) })),
    reporters: many('reporter', [1, 1, 2]),
  }
}

function drawRunner(chance: Chance, name: string): Pick<DrawnRunner, 'slots' | 'labels'> {
  const isFirst = name.endsWith('-1')
  const hasGpu = isFirst || chance.draw(`gpu ${name}`) < 0.5 // somebody can take every job
  return { slots: chance.whole(`slots ${name}`, 1, 3), labels: hasGpu ? ['os=linux', 'gpu'] : ['os=linux'] }
}
