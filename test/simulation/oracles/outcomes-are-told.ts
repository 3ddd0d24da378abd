import type { OpenOracle } from './oracle.ts'

const shown = {
  passed: 'success',
  skipped: 'success',
  failed: 'failure',
  errored: 'error',
  cancelled: 'error',
} as const

/**
 * I16: the forge shows how each build ended, or the reporter knows why not; nothing follows that, but where there are several
 * reporters a `pending` that was on its way, which the end follows again; a file has it too.
 */
export const outcomesAreTold: OpenOracle = ({ world, around, ledger, disks }) => ({
  onQuiet() {
    const { statuses, files } = around.forge
    for (const { id, state } of ledger.builds.values()) {
      if (state.state !== 'finished') continue
      const name = ledger.nameOf(id)
      const own = statuses.filter(({ buildId }) => buildId === id)
      const firstEnd = own.findIndex((status) => status.state !== 'pending')
      if (
        around.drawn.reporters.length === 1 &&
        firstEnd !== -1 &&
        own.slice(firstEnd).some((status) => status.state === 'pending')
      ) {
        world.violated('I16', `${name} was pending again at the forge after it had ended`)
      }
      const isRefused = [...disks.values()].some((disk) => disk.refusalOf(id) !== undefined)
      const last = own.at(-1)?.state
      if (last !== shown[state.ending.outcome] && !isRefused)
        world.violated('I16', `${name} ${state.ending.outcome}, the forge shows ${last ?? 'nothing'}`)
      if (files.get(id)?.ending?.outcome !== state.ending.outcome)
        world.violated('I16', `${name} has no result file that says ${state.ending.outcome}`)
    }
  },
})
