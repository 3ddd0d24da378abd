import type { JobRecord } from '@narwhal/store'
import type { OpenOracle } from './oracle.ts'

const longestMs = 5_000
/** A runner that refused before the calm may be left alone for so long. */
const settledMs = 13_000

/** I19: no runner has a free slot for more than 5 s while a job waits that it could take. Looked at in the calm. */
export const nobodyIdles: OpenOracle = ({ world, around, ledger, machines }) => {
  const since = new Map<string, number>()
  const { drawn } = around
  return {
    onCalm(calmMs) {
      const { injected } = world.decisions
      if (calmMs < settledMs || injected.has('wall-jump') || drawn.rates.drift !== undefined) return
      const ready = [...ledger.jobs.values()].filter(
        (job) => isReady(job, world.startAt + world.timeline.nowMs) && couldRun(job),
      )
      for (const id of since.keys()) if (!ready.some((job) => job.id === id)) since.delete(id)
      for (const { id } of ready) {
        const firstMs = since.get(id) ?? world.timeline.nowMs
        since.set(id, firstMs)
        if (world.timeline.nowMs - firstMs > longestMs)
          world.violated('I19', `${ledger.nameOf(id)} waits, and a runner idles`)
      }
    },
  }

  function isReady({ state, planned, buildId }: JobRecord, now: number): boolean {
    const isGrouped = planned?.concurrency !== undefined || ledger.builds.get(buildId)?.concurrency !== undefined
    return state.state === 'queued' && state.notBeforeAt <= now && !isGrouped
  }

  function couldRun({ planned }: JobRecord): boolean {
    const held = [...ledger.attempts.values()].filter(
      ({ state }) => state.state === 'leased' || state.state === 'running',
    )
    return drawn.runners.some(({ name, slots, labels }) => {
      const isUp = machines.get(name)?.life !== undefined
      const free = slots - held.filter(({ runnerName }) => runnerName === name).length
      return isUp && free > 0 && (planned?.labels ?? []).every((label) => labels.includes(label))
    })
  }
}
