import type { Clock } from '@narwhal/host'
import { findMarked, type Marks } from './marked-pids.ts'

/** How often is looked again, and how long between: what forks faster than we look is not ended by looking once. */
const rounds = 200
const roundMs = 10

export interface EndDeps {
  readonly clock: Clock
  /** Sessions whose members carry marks by that alone. */
  readonly sessions?: ReadonlyMap<number, Marks>
}

/** Ends what runs with marks that `matches` takes; resolves with the ids of their containers once nothing does. */
export async function endMarked(
  matches: (marks: Marks) => boolean,
  { clock, sessions = new Map() }: EndDeps,
): Promise<ReadonlySet<string>> {
  const containers = new Set<string>()
  for (let round = 0; round < rounds; round++) {
    const found = (await findMarked(sessions)).filter(({ pid, marks }) => pid !== process.pid && matches(marks))
    if (found.length === 0) break
    for (const { pid, marks } of found) {
      containers.add(marks.NARWHAL_CONTAINER_ID)
      end(pid)
    }
    if (round > 0) await clock.sleep(roundMs)
  }
  return containers
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended meanwhile
  }
}
