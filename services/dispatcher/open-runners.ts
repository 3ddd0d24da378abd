import type { RunnerRecord } from '@narwhal/store'
import type { Change } from './changes.ts'
import type { Presence } from './presence.ts'

/** A runner that can be offered something, with how many attempts it holds. */
export interface OpenRunner extends RunnerRecord {
  readonly held: number
  readonly runner: RunnerRecord
}

/** Runners that are there and have a free slot, from the store: the same truth for every dispatcher. */
export async function openRunners({ tables }: Change, presence: Presence): Promise<readonly OpenRunner[]> {
  const [runners, attempts] = [await tables.runners.list(), await tables.attempts.listHeld()]
  const held = new Map<string, number>()
  for (const { runnerId } of attempts) held.set(runnerId, (held.get(runnerId) ?? 0) + 1)
  return runners
    .filter(({ id }) => presence.isOpen(id) && !presence.isSilent(id))
    .map((runner) => ({ ...runner, held: held.get(runner.id) ?? 0, runner }))
    .filter((one) => one.held < one.slots)
}
