import type { OpenOracle } from './oracle.ts'

/**
 * I8 and I9: attempt numbers go up by exactly one; what an older attempt says changes nothing; the result that ends a job is
 * that of its newest attempt.
 */
export const oneResult: OpenOracle = ({ world, ledger }) => {
  const newest = new Map<string, number>()
  return {
    onChange(change) {
      if (change.kind !== 'attempt') return
      const { before, after } = change
      const name = ledger.nameOf(after.id)
      const last = newest.get(after.jobId) ?? 0
      if (before === undefined) {
        newest.set(after.jobId, after.number)
        if (after.number !== last + 1) world.violated('I9', `${name} follows attempt ${last}`)
        return
      }
      const wrote = before.reported !== after.reported || before.logEnd.bytes !== after.logEnd.bytes
      if (after.number < last && wrote) world.violated('I9', `${name} wrote when attempt ${last} was the newest`)
      const isAccepted = before.state.state !== 'finished' && after.state.state === 'finished'
      if (isAccepted && after.number < last)
        world.violated('I8', `the result of ${name} was accepted after attempt ${last} began`)
      const isOver = before.state.state !== 'leased' && before.state.state !== 'running'
      if (isOver && wrote) world.violated('I8', `${name} was ${before.state.state} when it wrote`)
    },
    onQuiet() {
      for (const job of ledger.jobs.values()) {
        if (job.state.state !== 'finished' || job.takenFrom !== undefined) continue
        const attempts = ledger.attemptsOf(job.id)
        const passed = attempts.filter(({ state }) => state.state === 'finished' && state.ending.outcome === 'passed')
        const name = ledger.nameOf(job.id)
        if (passed.length > 1) world.violated('I8', `${passed.length} attempts of ${name} passed`)
        const isOwn = passed.length === 1 || job.state.ending.outcome !== 'passed'
        if (!isOwn) world.violated('I8', `${name} passed, and none of its attempts did`)
      }
    },
  }
}
