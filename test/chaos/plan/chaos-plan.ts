import { openRandom, type Random } from '../random.ts'
import { type Fault, planFaults, type Targets } from './plan-faults.ts'
import { type Shape, shapes } from './shapes.ts'

/** Another POST of a delivery: by the forge under the same id, or with the same body under another one. */
export interface PlannedCopy {
  readonly afterMs: number
  readonly kind: 'redelivered' | 'duplicated'
}

/** One commit and what is done about it. Times count from the beginning of the plan, those of `afterMs` from what they follow. */
export interface PlannedPush {
  readonly number: number
  readonly atMs: number
  readonly repository: string
  readonly shape: Shape
  readonly copies: readonly PlannedCopy[]
  /** Its logs are followed live, with disconnects. */
  readonly isFollowed: boolean
  /** How often it is asked for once more, with one Idempotency-Key, when it has ended; 0: not at all. */
  readonly resubmits: number
}

/** Everything that is going to happen. The same for the same seed and sizes. */
export interface ChaosPlan {
  readonly seed: number
  readonly durationMs: number
  readonly jobs: number
  readonly pushes: readonly PlannedPush[]
  readonly faults: readonly Fault[]
}

export interface PlanSize {
  readonly seed: number
  readonly jobs: number
  readonly kills: number
}

/** Between two kills, in milliseconds: time for what died to come back and do something. */
const betweenKillsMs = 4_000
const jobsPerSecond = 1.5
const repositories = ['alpha', 'beta', 'gamma']

/** Draws a plan. */
export function planChaos({ seed, jobs: wanted, kills }: PlanSize, targets: Targets): ChaosPlan {
  const random = openRandom(seed)
  const durationMs = Math.round(Math.max(kills * betweenKillsMs, (wanted / jobsPerSecond) * 1000))
  const drawn = drawShapes(random, wanted)
  const times = drawn.map(() => random.next() * durationMs).toSorted((one, other) => one - other)
  const pushes = drawn.map((shape, place) =>
    planPush(random, shape, { number: place, atMs: Math.round(times[place] ?? 0) }),
  )
  const jobs = drawn.reduce((sum, shape) => sum + shape.jobs.length, 0)
  return { seed, durationMs, jobs, pushes, faults: planFaults(random, { kills, durationMs }, targets) }
}

/** Shapes with `wanted` jobs in all, or one more. */
function drawShapes(random: Random, wanted: number): readonly Shape[] {
  const drawn: Shape[] = []
  for (let jobs = 0; jobs < wanted; jobs += drawn.at(-1)?.jobs.length ?? 0) {
    const mark = `p${drawn.length}-${random.whole(1000, 9999)}`
    const pause = random.whole(3, 18) / 10
    const context = { mark, pause, lines: random.whole(50, 2_000), group: `group-${random.whole(1, 3)}` }
    drawn.push(random.pick(shapes, ({ weight }) => weight).make(context))
  }
  return drawn
}

function planPush(random: Random, shape: Shape, at: Pick<PlannedPush, 'number' | 'atMs'>): PlannedPush {
  const copies = random.next() < 0.25 ? random.whole(1, 3) : 0
  return {
    ...at,
    repository: random.pick(repositories),
    shape,
    copies: Array.from({ length: copies }, () => ({
      afterMs: random.whole(0, 15_000),
      kind: random.pick(['redelivered', 'duplicated'] as const),
    })),
    isFollowed: random.next() < 0.2,
    resubmits: shape.isCancelled !== true && random.next() < 0.06 ? random.whole(2, 4) : 0,
  }
}
