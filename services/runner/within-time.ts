import type { Clock } from '@narwhal/host'

export interface TimeLimit {
  /** No limit when absent. */
  readonly ms: number | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Why the work was ended when it took longer. */
  readonly tooLate: () => Error
}

/** Runs `work` with a signal that aborts when `signal` does, and when the time is over. */
export async function withinTime<T>(work: (signal: AbortSignal) => Promise<T>, limit: TimeLimit): Promise<T> {
  const { ms, clock, signal, tooLate } = limit
  if (ms === undefined) return work(signal)
  return until((ended) => clock.sleep(ms, ended), work, { signal, reason: tooLate })
}

export interface Until {
  readonly signal: AbortSignal
  /** Why the work was ended. */
  readonly reason: () => Error
}

/** Runs `work` with a signal that aborts when `signal` does, and when `over` resolves, which ends with the work. */
export async function until<T>(
  over: (ended: AbortSignal) => Promise<void>,
  work: (signal: AbortSignal) => Promise<T>,
  { signal, reason }: Until,
): Promise<T> {
  const stop = new AbortController()
  const ended = new AbortController()
  over(ended.signal).then(
    () => stop.abort(reason()),
    () => undefined,
  )
  try {
    return await work(AbortSignal.any([signal, stop.signal]))
  } finally {
    ended.abort()
  }
}
