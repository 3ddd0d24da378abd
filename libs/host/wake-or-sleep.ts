import type { Clock } from './clock.ts'
import type { Wake } from './wake.ts'

/** Why the loser of the race ends. Given, since the reason that is made else costs more than all the rest. */
const over = Symbol('over')

/** Resolves at the next wake or after `ms` milliseconds, whichever comes first; rejects when `signal` aborts. */
export async function wakeOrSleep(
  wake: Wake,
  ms: number,
  options: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const either = new AbortController()
  const signal = AbortSignal.any([options.signal, either.signal])
  const woken = wake.next(signal)
  const slept = options.clock.sleep(ms, signal)
  try {
    await Promise.race([woken, slept])
  } finally {
    either.abort(over)
    await Promise.allSettled([woken, slept])
  }
}
