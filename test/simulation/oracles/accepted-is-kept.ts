import type { OpenOracle } from './oracle.ts'

/** I1–I3: every delivery that was answered 2xx is one event, copies are the same one, and nothing is built that nobody asked for. */
export const acceptedIsKept: OpenOracle = ({ world, around, ledger }) => ({
  onQuiet() {
    const asked = new Set<string>()
    for (const { commit, deliveryId, status, messageId } of around.forge.deliveries) {
      if (status === undefined || status >= 300) continue
      const build = messageId === undefined ? undefined : ledger.messages.get(messageId)
      if (build === undefined) {
        world.violated('I1', `${commit.name} was accepted as ${deliveryId}, and no build is of it`)
        continue
      }
      asked.add(build)
    }
    const heard = new Set(around.forge.deliveries.map(({ commit }) => commit.sha))
    for (const { id, commit, resubmitOf } of ledger.builds.values()) {
      if (!heard.has(commit.sha)) world.violated('I2', `${ledger.nameOf(id)} is of a commit that nobody pushed`)
      const isAsked = resubmitOf !== undefined || asked.has(id) || [...ledger.messages.values()].includes(id)
      if (!isAsked) world.violated('I2', `${ledger.nameOf(id)} has no origin`)
    }
  },
})
