import { backoffMs } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

/** The name of a loop in the log, and what it needs to go on. */
export interface KeepOptions {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** Runs `turn` again and again until `signal` aborts. A turn that throws is logged and tried again after a back-off of at most 5 s. */
export async function keepRunning(turn: () => Promise<void>, { name, clock, log, signal }: KeepOptions): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      await turn()
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      log.error({ err: error, loop: name }, `${name} failed; it is tried again`)
      await clock.sleep(backoffMs(failures++, { baseMs: 100, capMs: 5_000 }), signal).catch(() => undefined)
    }
  }
}

/** Background work with an end: disposing aborts it and waits until it has stopped. */
export function startLoop(
  turn: (signal: AbortSignal) => Promise<void>,
  options: Omit<KeepOptions, 'signal'>,
): AsyncDisposable {
  const stop = new AbortController()
  const stopped = keepRunning(() => turn(stop.signal), { ...options, signal: stop.signal })
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await stopped
    },
  }
}
