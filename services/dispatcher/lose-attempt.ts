import type { Log } from '@narwhal/host'
import { applyToAttempt } from './apply-event.ts'
import type { Change } from './changes.ts'

/** The attempt ended without an outcome; its job goes to somebody else, or ends when that happened too often. */
export async function loseAttempt(change: Change, attemptId: string, log: Log): Promise<void> {
  const attempt = await change.tables.attempts.find(attemptId)
  if (attempt === undefined) return
  const lost = await applyToAttempt(change, attempt, { type: 'lost', at: change.now })
  if (lost !== attempt) log.warn({ attemptId, runner: attempt.runnerName }, 'an attempt was lost')
}
