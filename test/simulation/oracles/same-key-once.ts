import type { OpenOracle } from './oracle.ts'

/** I17: the same Idempotency-Key, however often, is one resubmit. */
export const sameKeyOnce: OpenOracle = ({ world, ledger, people }) => {
  const made = new Map<string, string>()
  return {
    onChange(change) {
      if (change.kind !== 'answer') return
      if (made.has(change.key)) world.violated('I17', `the key of ${change.key} was kept twice`)
      made.set(change.key, change.buildId)
    },
    onQuiet() {
      for (const { key, builds } of people.resubmits.values()) {
        if (builds.size > 1) world.violated('I17', `${key} was answered with ${builds.size} builds`)
      }
      const resubmitted = [...ledger.builds.values()].filter(({ resubmitOf }) => resubmitOf !== undefined)
      const keys = new Set(made.values())
      for (const { id } of resubmitted)
        if (!keys.has(id)) world.violated('I17', `${ledger.nameOf(id)} was resubmitted without its key`)
    },
  }
}
