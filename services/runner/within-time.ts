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
  const over = new AbortController()
  const ended = new AbortController()
  clock.sleep(ms, ended.signal).then(
    () => over.abort(tooLate()),
    () => undefined,
  )
  try {
    return await work(AbortSignal.any([signal, over.signal]))
  } finally {
    ended.abort()
  }
}
