import type { Clock, Log } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { Slots } from './slots.ts'

/** How long attempts may go on by themselves, and then to tell that they were stopped, in milliseconds. */
const endLimitMs = 25_000
const tellLimitMs = 5_000

export interface DrainDeps {
  readonly slots: Slots
  /** The attempts that are not over yet; one may follow another. */
  readonly running: ReadonlySet<Promise<void>>
  readonly clock: Clock
  readonly log: Log
}

/** Takes nothing new and lets the attempts end; those that take too long are stopped, and told to the dispatcher as such. */
export async function drain({ slots, running, clock, log }: DrainDeps): Promise<void> {
  slots.drain()
  if (await areOver(running, endLimitMs, clock)) return
  log.warn({ attempts: [...slots.held()] }, 'attempts that did not end in time are stopped')
  for (const attemptId of slots.held()) slots.stopOf(attemptId)?.halt()
  if (await areOver(running, tellLimitMs, clock)) return
  const reason = problem('RUNNER_STOPPED', 'The runner ended before the dispatcher could be told.')
  for (const attemptId of slots.held()) slots.stopOf(attemptId)?.abandon(reason)
  await Promise.all(running)
}

async function areOver(running: ReadonlySet<Promise<void>>, limitMs: number, clock: Clock): Promise<boolean> {
  const over = new AbortController()
  const limit = clock.sleep(limitMs, over.signal).then(
    () => false,
    () => true,
  )
  const ended = allOver(running).then(() => true)
  const inTime = await Promise.race([limit, ended])
  over.abort()
  return inTime
}

async function allOver(running: ReadonlySet<Promise<void>>): Promise<void> {
  while (running.size > 0) await Promise.all(running)
}
