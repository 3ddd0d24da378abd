import type { OpenOracle } from './oracle.ts'

/** I3: k copies of one delivery, by the same id or the same body under other ids, are one build. */
export const copiesAreOne: OpenOracle = ({ world, around, ledger }) => ({
  onQuiet() {
    const byCommit = Map.groupBy(around.forge.deliveries, ({ commit }) => commit.name)
    for (const [name, copies] of byCommit) {
      const builds = new Set(copies.flatMap(({ messageId }) => ledger.messages.get(messageId ?? '') ?? []))
      if (builds.size > 1) {
        const names = [...builds].map((id) => ledger.nameOf(id)).join(' and ')
        world.violated('I3', `${copies.length} copies of ${name} are the builds ${names}`)
      }
    }
  },
})
