import type { Clock } from './clock.ts'

/** A clock that stands still until `advance` is called. For tests and simulations. */
export interface VirtualClock extends Clock {
  /** Moves on by `ms`, waking sleepers in the order of their time; between two of them the event loop runs dry. */
  advance(ms: number): Promise<void>
}

interface Sleeper {
  readonly wakeAt: number
  wake(): void
}

/** @param startAt milliseconds since the epoch at which the clock begins. */
export function virtualClock(startAt = Date.UTC(2026, 0, 1)): VirtualClock {
  let elapsedMs = 0
  const sleepers = new Set<Sleeper>()
  return {
    now: () => startAt + elapsedMs,
    monotonic: () => elapsedMs,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = { wakeAt: elapsedMs + ms, wake: () => settle(resolve) }
        const onAbort = () => settle(() => reject(signal?.reason))
        const settle = (end: () => void) => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', onAbort)
          end()
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        sleepers.add(sleeper)
      })
    },
    async advance(ms) {
      const until = elapsedMs + ms
      await settleLoop()
      for (let next = earliest(sleepers, until); next !== undefined; next = earliest(sleepers, until)) {
        elapsedMs = Math.max(elapsedMs, next.wakeAt)
        next.wake()
        await settleLoop()
      }
      elapsedMs = until
    },
  }
}

function earliest(sleepers: ReadonlySet<Sleeper>, until: number): Sleeper | undefined {
  let first: Sleeper | undefined
  for (const sleeper of sleepers) {
    if (sleeper.wakeAt <= until && (first === undefined || sleeper.wakeAt < first.wakeAt)) first = sleeper
  }
  return first
}

/** Lets promises and finished I/O run, so that whoever was woken can go to sleep again before time moves on. */
async function settleLoop(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
