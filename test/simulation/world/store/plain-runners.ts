import type { RunnerTable } from '@narwhal/store'
import type { PlainRows } from './plain-rows.ts'
import type { Undo } from './rows.ts'

export function plainRunners({ runners }: PlainRows, undo: Undo): RunnerTable {
  return {
    async put(runner) {
      const known = runners.get(runner.id)
      runners.set(runner.id, { ...runner, heartbeats: known === undefined ? 0 : known.heartbeats + 1 }, undo)
    },
    find: async (id) => runners.get(id),
    list: async () =>
      runners.all().toSorted((a, b) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1)),
    async heartbeat(id) {
      const known = runners.get(id)
      if (known === undefined) return false
      runners.set(id, { ...known, heartbeats: known.heartbeats + 1 }, undo)
      return true
    },
    claim: async (ids) => ids,
    async remove(id) {
      runners.delete(id, undo)
    },
  }
}
