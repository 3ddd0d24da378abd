import type { OpenOracle } from './oracle.ts'

/** I6: once it is quiet, every build has ended, and so has every job and attempt of it. */
export const everyBuildEnds: OpenOracle = ({ world, ledger }) => ({
  onQuiet() {
    for (const { id, state } of [...ledger.builds.values(), ...ledger.jobs.values()]) {
      if (state.state !== 'finished') world.violated('I6', `${ledger.nameOf(id)} is still ${state.state}`)
    }
    for (const { id, state } of ledger.attempts.values()) {
      if (state.state === 'leased' || state.state === 'running')
        world.violated('I6', `${ledger.nameOf(id)} is still ${state.state}`)
    }
  },
})
