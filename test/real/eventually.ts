import { scheduler } from 'node:timers/promises'

export interface Patience {
  /** In milliseconds. */
  readonly timeout: number
  readonly interval: number
}

/** What `check` gives once it no longer throws; after `timeout` what it threw last. As `vi.waitFor`, also outside of vitest. */
export async function eventually<T>(check: () => T | Promise<T>, { timeout, interval }: Patience): Promise<T> {
  const giveUpAt = performance.now() + timeout
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await scheduler.wait(interval)
    }
  }
}
