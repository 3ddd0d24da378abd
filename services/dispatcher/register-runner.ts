import type { Log } from '@narwhal/host'
import { problem, type RunnerRegistration } from '@narwhal/protocol'
import type { Change } from './changes.ts'
import { loseAttempt } from './lose-attempt.ts'

/**
 * Registers a runner, or registers it again. What a former life of it held, and this one does not, is lost at once. The same
 * life again loses nothing: an offer may have reached it since it said what it holds.
 */
export async function putRunner(change: Change, runner: RunnerRegistration, log: Log): Promise<void> {
  const { attempts, ...record } = runner
  if (!URL.canParse(runner.url) || !/^https?:$/.test(new URL(runner.url).protocol)) {
    throw problem('RUNNER_URL_INVALID', `"${runner.url}" is no http or https URL`)
  }
  const known = await change.tables.runners.find(runner.id)
  await change.tables.runners.put({ ...record, registeredAt: change.now })
  change.touch({ kind: 'runner', runnerId: runner.id })
  if (known?.life !== runner.life) await loseAllBut(change, { runnerId: runner.id, kept: attempts }, log)
}

/** Forgets a runner; what it still holds is lost. */
export async function removeRunner(change: Change, runnerId: string, log: Log): Promise<void> {
  await loseAllBut(change, { runnerId, kept: [] }, log)
  await change.tables.runners.remove(runnerId)
}

async function loseAllBut(
  change: Change,
  { runnerId, kept }: { runnerId: string; kept: readonly string[] },
  log: Log,
): Promise<void> {
  for (const held of await change.tables.attempts.listHeld()) {
    if (held.runnerId === runnerId && !kept.includes(held.id)) await loseAttempt(change, held.id, log)
  }
}
