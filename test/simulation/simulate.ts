import { openBlobs } from '@narwhal/blobs'
import { openStore } from '@narwhal/store'
import { openChance } from './core/chance.ts'
import { openDecisions } from './core/decisions.ts'
import { drawFrom } from './core/one-source.ts'
import { openTimeline } from './core/timeline.ts'
import { openTrace, type TraceLine } from './core/trace.ts'
import type { World } from './core/world.ts'
import { drawLongSchedule } from './drawing/draw-long-schedule.ts'
import { drawSchedule } from './drawing/draw-schedule.ts'
import type { Facts } from './oracles/oracle.ts'
import { sizesOf } from './oracles/sizes-of.ts'
import type { FaultKind } from './drawing/fault-kinds.ts'
import { buildWorld } from './machines/build-world.ts'
import { type Platters } from './machines/platters.ts'
import { openCalm } from './open-calm.ts'
import { openPlainStore } from './world/store/open-plain-store.ts'

/** One invariant that did not hold. */
export interface Violation {
  readonly invariant: string
  readonly what: string
  readonly atMs: number
}

/** What one schedule came to. */
export interface Outcome {
  readonly seed: number
  readonly hash: string
  readonly violations: readonly Violation[]
  readonly injected: Readonly<Partial<Record<FaultKind, number>>>
  readonly builds: number
  readonly attempts: number
  readonly virtualMs: number
  /** The names of all decisions that were taken. */
  readonly decisions: readonly string[]
  readonly lines: readonly TraceLine[]
  /** Of a long schedule: sizes of what could grow, once in a while. */
  readonly sizes: readonly Readonly<Record<string, number>>[]
}

export interface SimulateOptions {
  readonly platters: Platters
  /** Only these decisions are taken; absent: all. */
  readonly kept?: ReadonlySet<string> | undefined
  readonly keepsTrace?: boolean
  /** Hours instead of seconds. */
  readonly isLong?: boolean
}

/** Wall times go on from schedule to schedule: ids of one OS process only grow, and so look the same in each. */
let startAt = Date.UTC(2026, 0, 1)

/** One schedule, from its seed to its violations. */
export async function simulate(
  seed: number,
  { platters, kept, keepsTrace = false, isLong = false }: SimulateOptions,
): Promise<Outcome> {
  startAt += 24 * 3_600_000
  drawFrom(seed)
  const chance = openChance(seed)
  const drawn = isLong ? drawLongSchedule(seed, chance) : drawSchedule(seed, chance)
  const timeline = openTimeline()
  const trace = openTrace(() => timeline.nowMs, keepsTrace)
  const decisions = openDecisions({ chance, rates: drawn.rates, kept })
  const violations: Violation[] = []
  const violated: World['violated'] = (invariant, what) => {
    trace.say('oracle', `${invariant}: ${what}`)
    if (violations.length < 20) violations.push({ invariant, what, atMs: timeline.nowMs })
  }
  const world: World = { timeline, chance, decisions, trace, startAt, violated }

  const blobs = await openBlobs('memory:')
  await using store = drawn.store === 'sqlite' ? await openStore('memory:') : openPlainStore()
  const facts = buildWorld({ world, drawn, platters, blobs, store })
  const calm = openCalm(facts)
  const sizes = isLong ? keepSizes(facts) : []
  await timeline.run(() => calm.isOver || violations.length > 0)

  return {
    ...{ seed, hash: trace.hash, violations },
    injected: Object.fromEntries(decisions.injected),
    builds: facts.ledger.builds.size,
    attempts: facts.ledger.attempts.size,
    virtualMs: timeline.nowMs,
    decisions: decisions.taken,
    lines: trace.lines,
    sizes,
  }
}

const sizesEveryMs = 600_000

/** The sizes of everything that could grow, as time goes by. */
function keepSizes(facts: Facts): Readonly<Record<string, number>>[] {
  const sizes: Readonly<Record<string, number>>[] = []
  const { timeline } = facts.world
  const look = () => {
    sizes.push({ minutes: Math.round(timeline.nowMs / 60_000), builds: facts.ledger.builds.size, ...sizesOf(facts) })
    timeline.after(sizesEveryMs, look)
  }
  timeline.after(sizesEveryMs, look)
  return sizes
}
