import type { Chance } from '../core/chance.ts'
import type { DrawnFault, DrawnMachine } from './drawn.ts'
import { type FaultKind, faultKinds } from './fault-kinds.ts'

// Swarm testing: each schedule first draws which kinds of faults there are at all. Where everything happens at once, some things
// never happen.

export type Rates = Partial<Record<FaultKind, number>>

/** The kinds of this schedule, each with how often it happens where it can. */
export function drawRates(chance: Chance): Rates {
  const share = chance.pick('fault share', [0, 0.1, 0.25, 0.25, 0.5])
  const rates: Rates = {}
  for (const kind of Object.keys(faultKinds) as FaultKind[]) {
    // the keys of the catalogue
    const isThere = chance.draw(`is there ${kind}`) < share
    const rate = 10 ** chance.between(`rate ${kind}`, -2.3, -1)
    if (isThere) rates[kind] = rate
  }
  return rates
}

export interface FaultPlace {
  readonly rates: Rates
  readonly machines: Readonly<Record<'agents' | 'dispatchers' | 'runners' | 'reporters', readonly DrawnMachine[]>>
  readonly calmAtMs: number
}

/** Those that happen at a moment, whatever goes on then. */
const momentary = {
  crash: [100, 12_000],
  stop: [100, 4_000],
  freeze: [200, 9_000],
  'wall-jump': [0, 0],
  partition: [500, 9_000],
  'broker-restart': [0, 0],
  'broker-down': [500, 8_000],
  'store-down': [200, 6_000],
  'store-full': [200, 6_000],
  'disk-full': [200, 6_000],
  'forge-limit': [500, 6_000],
  poison: [0, 0],
} as const satisfies Rates | Record<string, readonly [number, number]>

/** Faults at a moment, those kinds that this schedule has. */
export function drawFaults(chance: Chance, { rates, machines, calmAtMs }: FaultPlace): readonly DrawnFault[] {
  const { agents, dispatchers, runners, reporters } = machines
  const names = [...agents, ...dispatchers, ...runners, ...reporters].map(({ name }) => name)
  const lasting = [...agents, ...reporters].map(({ name }) => name)
  return Object.entries(momentary).flatMap(([name, [low, high]]) => {
    const kind = name as keyof typeof momentary // a key of the table above
    if (rates[kind] === undefined) return []
    const count = chance.whole(`count ${kind}`, 1, 4)
    return Array.from({ length: count }, (_, place): DrawnFault => {
      const [first = '', ...others] = kind === 'disk-full' ? lasting : names
      const machine = chance.pick(`machine ${kind}`, [first, ...others])
      const atMs = chance.between(`time ${kind}`, 0, calmAtMs)
      const atCall = Math.round(10 ** chance.between(`call ${kind}`, 0.5, 3.1))
      return {
        ...{ name: `${kind}/${place + 1}`, kind, machine, atMs, forMs: chance.between(`length ${kind}`, low, high) },
        ...(kind === 'crash' ? { atCall } : {}),
        ...(kind === 'partition' ? { other: chance.pick('other', [first, ...others]) } : {}),
      }
    })
  })
}
