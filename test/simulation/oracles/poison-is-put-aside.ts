import type { OpenOracle } from './oracle.ts'

/** I24: a message that nobody can read ends in quarantine. That it holds up nobody is what the others say. */
export const poisonIsPutAside: OpenOracle = ({ world, around, ledger }) => ({
  onQuiet() {
    for (const id of around.broker.seen) {
      if (id.startsWith('poison-') && !ledger.quarantined.has(id)) world.violated('I24', `${id} is not in quarantine`)
    }
  },
})
