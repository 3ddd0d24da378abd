import type { Facts, Oracle } from './oracles/oracle.ts'
import { sizesOf } from './oracles/sizes-of.ts'

// A schedule ends in calm: faults and inputs stop, and everything that was begun may come to its end. It is quiet when nothing
// is left to do, or at the latest when the bound has passed; then the oracles look.

export interface Calm {
  readonly isOver: boolean
}

/** How long after the end of faults and inputs everything must have ended, beside the work itself; in milliseconds. */
const boundMs = 180_000
const lookEveryMs = 500

export function openCalm(facts: Facts & { readonly oracles: readonly Oracle[] }): Calm {
  const { world, around, people, oracles } = facts
  const { timeline, decisions } = world
  const { drawn } = around
  let isOver = false
  const workMs = drawn.commits.flatMap(({ jobs }) => jobs).reduce((sum, job) => sum + longestMs(job), 0)
  const latestMs = drawn.calmAtMs + boundMs + 3 * drawn.leaseMs + 2 * workMs

  timeline.after(drawn.calmAtMs, () => {
    world.trace.say('world', 'faults and inputs end')
    decisions.calm()
    look()
  })

  function look(): void {
    people.approveAll()
    for (const oracle of oracles) oracle.onCalm?.(timeline.nowMs - drawn.calmAtMs)
    if (!isQuiet(facts) && timeline.nowMs < latestMs) return void timeline.after(lookEveryMs, look)
    Promise.all(oracles.map(async (oracle) => oracle.onQuiet?.())).then(
      () => void (isOver = true),
      (error: unknown) => world.violated('I0', `an oracle failed: ${String(error)}`),
    )
  }

  return {
    get isOver() {
      return isOver
    },
  }
}

function longestMs({ steps, failures, planned }: Facts['around']['drawn']['commits'][number]['jobs'][number]): number {
  const onceMs = 1_000 + steps.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return onceMs * (failures + 3) + (planned.retry?.delayMs ?? 0) * failures
}

/** Nothing waits anywhere: no build goes on, no message, report or container is left. */
export function isQuiet(facts: Facts): boolean {
  const { ledger, machines } = facts
  const isUp = [...machines.values()].every(({ life, isFrozen }) => life !== undefined && !isFrozen)
  const isDone = [...ledger.builds.values()].every(({ state }) => state.state === 'finished')
  if (!isUp || !isDone) return false
  const { timers: _, machines: __, ...sizes } = sizesOf(facts)
  return Object.values(sizes).every((size) => size === 0)
}
