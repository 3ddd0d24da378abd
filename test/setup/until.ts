import { scheduler } from 'node:timers/promises'

export interface UntilOptions {
  /** How long it is tried, in milliseconds. */
  readonly timeoutMs: number
  readonly intervalMs?: number
  readonly signal?: AbortSignal | undefined
}

/** What `look` gives once it does not throw any more; outside of vitest, where there is no `vi.waitFor`. @throws what it threw last */
export async function until<T>(look: () => T | Promise<T>, options: UntilOptions): Promise<T> {
  const { timeoutMs, intervalMs = 20, signal } = options
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await look()
    } catch (error) {
      if (performance.now() >= giveUpAt) throw error
      await scheduler.wait(intervalMs, signal === undefined ? {} : { signal })
    }
  }
}
