import type { OpenOracle } from './oracle.ts'

/** What a dispatcher waits beyond the lease, and how wrong its clock may be. */
const graceMs = 2_000
const driftRatio = 0.011

/**
 * I23: whatever wall clocks do, an attempt is lost only when its lease was not renewed for its whole length, or its runner came
 * without it, left, or was away.
 */
export const leasesLast: OpenOracle = ({ world, around, ledger, machines }) => {
  const renewedMs = new Map<string, number>()
  const { drawn } = around
  return {
    onChange(change, together) {
      const now = world.timeline.nowMs
      if (change.kind === 'renewed') renewedMs.set(change.attemptId, now)
      if (change.kind !== 'attempt') return
      const { before, after } = change
      if (before === undefined) renewedMs.set(after.id, now)
      if (before?.state.state === after.state.state || after.state.state !== 'lost') return
      const heldMs = now - (renewedMs.get(after.id) ?? now)
      const isLong = heldMs >= (drawn.leaseMs + graceMs) * (1 - driftRatio)
      const runnerSaidSo = together.some((one) => one.kind === 'runner' || one.kind === 'runner-left')
      const isAway = machines.get(after.runnerName)?.life === undefined
      if (!isLong && !runnerSaidSo && !isAway)
        world.violated('I23', `${ledger.nameOf(after.id)} was lost ${Math.round(heldMs)} ms after its last renewal`)
    },
  }
}
