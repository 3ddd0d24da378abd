import { type Clock, openWake, wakeOrSleep } from '@narwhal/host'

/** A moment that anybody may bring nearer. For one waiting loop. */
export interface Alarm {
  /** Rings after `ms` milliseconds at the latest. */
  within(ms: number): void
  /** Resolves when it rings; then it is quiet until the next `within`. Rejects with the signal's reason when aborted. */
  rings(signal: AbortSignal): Promise<void>
}

/** A quiet alarm. */
export function openAlarm(clock: Clock): Alarm {
  const wake = openWake()
  let ringsAt = Number.POSITIVE_INFINITY
  return {
    within(ms) {
      const at = clock.monotonic() + ms
      if (at >= ringsAt) return
      ringsAt = at
      wake.wake()
    },
    async rings(signal) {
      for (;;) {
        const leftMs = ringsAt - clock.monotonic()
        if (leftMs === Number.POSITIVE_INFINITY) await wake.next(signal)
        else if (leftMs > 0) await wakeOrSleep(wake, leftMs, { clock, signal })
        else break
      }
      ringsAt = Number.POSITIVE_INFINITY
    },
  }
}
