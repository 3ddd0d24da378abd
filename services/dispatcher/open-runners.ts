import type { RunnerRecord } from '@narwhal/store'
import type { Change } from './changes.ts'
import type { Presence } from './presence.ts'

/** A runner that can be offered something, with how many attempts it holds. */
export interface OpenRunner extends RunnerRecord {
  readonly held: number
  readonly runner: RunnerRecord
}

/** What each runner that can be offered something holds, from the store: the same truth for every dispatcher. */
export async function openRunners({ tables }: Change, presence: Presence): Promise<Map<string, OpenRunner>> {
  const [runners, held] = [await tables.runners.list(), await tables.attempts.listHeld()]
  const open = runners.filter(({ id }) => presence.isOpen(id) && !presence.isSilent(id))
  const loads = new Map(open.map((runner) => [runner.id, { ...runner, held: 0, runner }]))
  for (const { runnerId } of held) {
    const load = loads.get(runnerId)
    if (load !== undefined) loads.set(runnerId, { ...load, held: load.held + 1 })
  }
  return loads
}
