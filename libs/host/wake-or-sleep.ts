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
  options.signal.throwIfAborted()
  const either = new AbortController() // by hand, since `AbortSignal.any` costs more than all the rest of a wait
  const onAbort = () => either.abort(options.signal.reason)
  options.signal.addEventListener('abort', onAbort, { once: true })
  const woken = wake.next(either.signal)
  const slept = options.clock.sleep(ms, either.signal)
  try {
    await Promise.race([woken, slept])
  } finally {
    options.signal.removeEventListener('abort', onAbort)
    either.abort(over)
    await Promise.allSettled([woken, slept])
  }
}
