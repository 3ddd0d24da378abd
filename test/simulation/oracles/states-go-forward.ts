import type { OpenOracle } from './oracle.ts'

/** Every change of state that there may be; nothing follows an end. */
const allowed: Readonly<Record<'build' | 'job' | 'attempt', Readonly<Record<string, readonly string[]>>>> = {
  build: { '': ['queued'], queued: ['running', 'finished'], running: ['finished'] },
  job: {
    '': ['waiting', 'queued', 'finished'],
    waiting: ['queued', 'finished'],
    queued: ['leased', 'finished'],
    leased: ['running', 'queued', 'finished'],
    running: ['queued', 'finished'],
  },
  attempt: {
    '': ['leased'],
    leased: ['running', 'refused', 'finished', 'lost'],
    running: ['finished', 'lost'],
  },
}

/** I7: states move along the graph, and an end never changes. */
export const statesGoForward: OpenOracle = ({ world, ledger }) => ({
  onChange(change) {
    if (change.kind !== 'build' && change.kind !== 'job' && change.kind !== 'attempt') return
    const [before, after] = [change.before?.state, change.after.state]
    const name = `${change.kind} ${ledger.nameOf(change.after.id)}`
    if (before?.state === after.state) {
      const isEnd = before.state === 'finished' || before.state === 'lost' || before.state === 'refused'
      if (isEnd && JSON.stringify(before) !== JSON.stringify(after)) world.violated('I7', `the end of ${name} changed`)
    } else if (!allowed[change.kind][before?.state ?? '']?.includes(after.state)) {
      world.violated('I7', `${name} went from ${before?.state ?? 'nothing'} to ${after.state}`)
    }
  },
})
