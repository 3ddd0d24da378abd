import type { QueueClock } from '../clock.ts'

interface Deadline {
  /** Milliseconds of `clock` from now. */
  readonly ms: number
  readonly clock: QueueClock
  readonly signal: AbortSignal
  /** Makes the error of a deadline that passed. */
  readonly late: () => unknown
}

/** What `promise` comes to, unless the deadline passes or `signal` aborts first: then a rejection. (`promise` goes on.) */
export async function within<T>(promise: Promise<T>, { ms, clock, signal, late }: Deadline): Promise<T> {
  const decided = new AbortController()
  const { promise: first, resolve, reject } = Promise.withResolvers<T>()
  signal.addEventListener('abort', () => reject(signal.reason), { signal: decided.signal })
  if (signal.aborted) reject(signal.reason)
  promise.then(resolve, reject)
  clock.sleep(ms, decided.signal).then(
    () => reject(late()),
    () => {}, // decided
  )
  try {
    return await first
  } finally {
    decided.abort()
  }
}
