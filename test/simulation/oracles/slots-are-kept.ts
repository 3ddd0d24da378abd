import type { OpenOracle } from './oracle.ts'

/** I18: a runner never has more attempts running than slots; one attempt never runs twice. */
export const slotsAreKept: OpenOracle = ({ world, around, ledger }) => {
  const { engine, drawn } = around
  engine.onStart.push((born) => {
    const alive = engine.alive(born.runner)
    const slots = drawn.runners.find(({ name }) => name === born.runner)?.slots ?? 0
    const attempts = new Set(alive.map(({ attemptId }) => attemptId))
    if (attempts.size > slots) {
      const names = [...attempts].map(ledger.nameOf).join(', ')
      world.violated('I18', `${born.runner} has ${slots} slots, and runs ${names}`)
    }
    const again = engine.containers.find(
      (one) => one !== born && one.attemptId === born.attemptId && one.diedMs === undefined,
    )
    if (again !== undefined)
      world.violated('I18', `${ledger.nameOf(born.attemptId)} runs on ${born.runner}, and still on ${again.runner}`)
  })
  return {}
}
