import { problem } from '@narwhal/protocol'
import type { Change } from './changes.ts'
import type { Presence } from './presence.ts'

/** A runner gave a sign of life; after a silence everybody hears of it, so that waiting jobs are looked at. @throws {ProblemError} RUNNER_UNKNOWN */
export async function countHeartbeat(change: Change, runnerId: string, presence: Presence): Promise<void> {
  if (!(await change.tables.runners.heartbeat(runnerId)))
    throw problem('RUNNER_UNKNOWN', `runner ${runnerId} is not registered`)
  if (presence.isSilent(runnerId)) change.touch({ kind: 'runner', runnerId })
}
