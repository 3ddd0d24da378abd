import type { OpenOracle } from './oracle.ts'

const shown = {
  passed: 'success',
  skipped: 'success',
  failed: 'failure',
  errored: 'error',
  cancelled: 'error',
} as const

/**
 * I16: the forge was shown how each build ended, or the reporter knows why not; a file has it too. What a commit shows at last is
 * the end of its newest build. One reporter never tells anything of a build after its end; of several, one may, and the end
 * is shown again.
 */
export const outcomesAreTold: OpenOracle = ({ world, around, ledger, disks }) => ({
  onQuiet() {
    const { statuses, files } = around.forge
    const isAlone = around.drawn.reporters.length === 1
    const isRefused = (id: string) => [...disks.values()].some((disk) => disk.refusalOf(id) !== undefined)
    for (const { id, state } of ledger.builds.values()) {
      if (state.state !== 'finished') continue
      const name = ledger.nameOf(id)
      const own = statuses.filter(({ buildId }) => buildId === id)
      const ends = own.filter((status) => status.state !== 'pending')
      const firstEnd = own.findIndex((status) => status.state !== 'pending')
      if (isAlone && firstEnd !== -1 && own.slice(firstEnd).some((status) => status.state === 'pending')) {
        world.violated('I16', `${name} was pending again at the forge after it had ended`)
      }
      const last = (isAlone ? own : ends).at(-1)?.state
      if (last !== shown[state.ending.outcome] && !isRefused(id))
        world.violated('I16', `${name} ${state.ending.outcome}, the forge shows ${last ?? 'nothing'}`)
      if (files.get(id)?.ending?.outcome !== state.ending.outcome)
        world.violated('I16', `${name} has no result file that says ${state.ending.outcome}`)
    }
    for (const [sha, ofCommit] of Map.groupBy(statuses, (status) => status.sha)) {
      const newest = ofCommit.reduce((one, other) => (other.buildId > one.buildId ? other : one))
      const last = ofCommit.at(-1) ?? newest
      if (isRefused(newest.buildId)) continue
      if (last.buildId !== newest.buildId || last.state === 'pending')
        world.violated('I16', `${sha.slice(0, 7)} shows ${last.state} of ${ledger.nameOf(last.buildId)} at last`)
    }
  },
})
