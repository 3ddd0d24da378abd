import type { OpenOracle } from './oracle.ts'

const deadWithinMs = 15_000

/** I15: after a runner has acknowledged a cancel no new step starts, and its containers are dead within 15 s. */
export const cancelStops: OpenOracle = ({ world, around, ledger, machines }) => {
  const { network, engine } = around
  const cancelled = new Set<string>()
  network.onAnswered = ({ path }, { status }) => {
    const [, attemptId] = /^\/v1\/offers\/([^/]+)\/cancel$/.exec(path) ?? []
    if (attemptId === undefined || status >= 300 || cancelled.has(attemptId)) return
    cancelled.add(attemptId)
    const atMs = world.timeline.nowMs
    world.timeline.after(deadWithinMs, () => {
      const alive = engine.containers.find((one) => one.attemptId === attemptId && one.diedMs === undefined)
      const isExcused = alive !== undefined && machines.get(alive.runner)?.wasUnable(atMs, atMs + deadWithinMs)
      if (alive !== undefined && !isExcused)
        world.violated('I15', `${ledger.nameOf(attemptId)} still runs 15 s after its cancel`)
    })
  }
  engine.onStep.push(({ attemptId }) => {
    if (cancelled.has(attemptId)) world.violated('I15', `a step of ${ledger.nameOf(attemptId)} starts after its cancel`)
  })
  return {}
}
