import { hashOf } from './core/chance.ts'
import { type FaultKind, faultKinds } from './drawing/fault-kinds.ts'
import type { Outcome } from './simulate.ts'

/** What many schedules came to. */
export interface Sum {
  readonly firstSeed: number
  readonly lastSeed: number
  readonly schedules: number
  readonly builds: number
  readonly attempts: number
  readonly virtualMs: number
  readonly injected: Readonly<Partial<Record<FaultKind, number>>>
  readonly violations: number
  /** By invariant. */
  readonly broken: Readonly<Record<string, number>>
  /** Of all traces, in the order of their seeds. */
  readonly hash: string
  readonly realMs: number
}

export function emptySum(firstSeed: number): Sum {
  const counts = { schedules: 0, builds: 0, attempts: 0, virtualMs: 0, violations: 0, realMs: 0 }
  return { firstSeed, lastSeed: firstSeed - 1, ...counts, injected: {}, broken: {}, hash: '00000000' }
}

export function addOutcome(sum: Sum, { seed, builds, attempts, virtualMs, injected, violations, hash }: Outcome): Sum {
  const all: Partial<Record<FaultKind, number>> = { ...sum.injected }
  for (const kind of Object.keys(faultKinds) as FaultKind[]) {
    // the keys of the catalogue
    const more = injected[kind]
    if (more !== undefined) all[kind] = (all[kind] ?? 0) + more
  }
  const [first] = violations
  return {
    ...sum,
    ...{ lastSeed: seed, schedules: sum.schedules + 1, builds: sum.builds + builds, attempts: sum.attempts + attempts },
    ...{ virtualMs: sum.virtualMs + virtualMs, injected: all },
    violations: sum.violations + (first === undefined ? 0 : 1),
    broken:
      first === undefined ? sum.broken : { ...sum.broken, [first.invariant]: (sum.broken[first.invariant] ?? 0) + 1 },
    hash: hashOf(Number.parseInt(sum.hash, 16), hash, seed).toString(16).padStart(8, '0'),
  }
}

function faultsIn({ injected }: Sum): number {
  return Object.values(injected).reduce((all, count) => all + count, 0)
}

export function progressLine(sum: Sum): string {
  const rate = (sum.schedules / sum.realMs) * 1000
  return `${sum.schedules} schedules, ${rate.toFixed(1)}/s, ${faultsIn(sum)} faults, ${sum.violations} violations `
}

export function describeSum(sum: Sum): string {
  const kinds = Object.entries(sum.injected).toSorted(([, one], [, other]) => other - one)
  const hours = sum.virtualMs / 3_600_000
  const seconds = sum.realMs / 1000
  return [
    `seeds ${sum.firstSeed} to ${sum.lastSeed}: ${sum.schedules} schedules, ${hours.toFixed(1)} virtual hours in ${seconds.toFixed(1)} s`,
    `${sum.builds} builds, ${sum.attempts} attempts, ${faultsIn(sum)} faults:`,
    ...kinds.map(([kind, count]) => `  ${String(count).padStart(7)}  ${kind}`),
    sum.violations === 0
      ? boundOf(sum)
      : `${sum.violations} schedules broke an invariant: ${JSON.stringify(sum.broken)}`,
    `trace of all: ${sum.hash}`,
  ].join('\n')
}

/** Trials without a failure only bound its rate. */
function boundOf({ schedules }: Sum): string {
  const bound = schedules === 0 ? 1 : 3 / schedules
  return `0 violations: fewer than ${bound.toExponential(1)} of schedules like these break one (3/n, 95 %)`
}
