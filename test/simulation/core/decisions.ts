import type { Chance } from './chance.ts'
import type { FaultKind } from '../drawing/fault-kinds.ts'

// Everything that a schedule is made of is a decision with a name: a commit, a machine, a crash, a lost answer. A decision can
// be left out, and the others stay what they are: that is how a schedule is shrunk.

/** What happens in a schedule beyond what has to. */
export interface Decisions {
  /** Whether a fault happens here and now; each call at one place draws anew. */
  happens(kind: FaultKind, where: string): boolean
  /** Whether something that was drawn beforehand is part of the schedule. */
  takes(name: string): boolean
  /** A fault that was drawn beforehand happens: it is counted. */
  count(kind: FaultKind): void
  /** From now on no fault happens. */
  calm(): void
  readonly isCalm: boolean
  /** Faults by kind, those that happened. */
  readonly injected: ReadonlyMap<FaultKind, number>
  /** The names of all decisions that were taken, in order. */
  readonly taken: readonly string[]
}

export interface DecisionsOptions {
  readonly chance: Chance
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>
  /** Only these are taken; absent: all. */
  readonly kept: ReadonlySet<string> | undefined
}

/** Nothing decided yet. */
export function openDecisions({ chance, rates, kept }: DecisionsOptions): Decisions {
  const injected = new Map<FaultKind, number>()
  const places = new Map<string, number>()
  const taken: string[] = []
  let isCalm = false
  const count = (kind: FaultKind) => void injected.set(kind, (injected.get(kind) ?? 0) + 1)
  const takes = (name: string) => {
    if (kept !== undefined && !kept.has(name)) return false
    taken.push(name)
    return true
  }
  return {
    happens(kind, where) {
      const rate = rates[kind]
      if (rate === undefined || isCalm) return false
      const stream = `${kind}/${where}`
      const place = places.get(stream) ?? 0
      places.set(stream, place + 1)
      if (chance.draw(stream) >= rate || !takes(`${stream}/${place}`)) return false
      count(kind)
      return true
    },
    takes,
    count,
    calm() {
      isCalm = true
    },
    get isCalm() {
      return isCalm
    },
    injected,
    taken,
  }
}
