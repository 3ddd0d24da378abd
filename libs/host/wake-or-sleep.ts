import type { Clock } from './clock.ts'
import type { Wake } from './wake.ts'

/** Why the sleep ends early. Given, since the reason that is made else costs more than all the rest. */
const woken = Symbol('woken')

/** Resolves at the next wake or after `ms` milliseconds, whichever comes first; rejects when `signal` aborts. */
export async function wakeOrSleep(
  wake: Wake,
  ms: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const early = new AbortController()
  const slept = clock.sleep(ms, early.signal).then(
    () => wake.wake(),
    () => undefined,
  )
  try {
    await wake.next(signal)
  } finally {
    early.abort(woken)
    await slept
  }
}
