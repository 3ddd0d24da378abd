import type { Clock } from '@narwhal/host'
import type { StepLog } from '../tail-log.ts'

/** When output came last. */
export interface Growth {
  /** There was output just now. */
  grown(): void
  /** Also looks itself whether this log grows, before it believes in silence. */
  hears(log: Pick<StepLog, 'look'>): Disposable
  /**
   * Resolves once there was no output for `ms` milliseconds, counted from now on.
   *
   * @throws the signal's reason.
   */
  untilSilent(ms: number, signal: AbortSignal): Promise<void>
}

/** Nothing has come yet. */
export function openGrowth(clock: Clock): Growth {
  const logs = new Set<Pick<StepLog, 'look'>>()
  let grownAt = clock.monotonic()
  const grown = () => {
    grownAt = clock.monotonic()
  }
  return {
    grown,
    hears(log) {
      logs.add(log)
      return { [Symbol.dispose]: () => void logs.delete(log) }
    },
    async untilSilent(ms, signal) {
      grown()
      for (let [lookedAt, seenBytes] = [grownAt, await lookAt(logs)]; ; ) {
        const leftMs = grownAt + ms - clock.monotonic()
        if (leftMs <= 0) return
        await clock.sleep(leftMs, signal)
        const foundBytes = await lookAt(logs)
        signal.throwIfAborted()
        const isUntold = grownAt <= lookedAt && (foundBytes === 'full' || foundBytes !== seenBytes)
        if (isUntold) grown()
        lookedAt = clock.monotonic()
        seenBytes = foundBytes
      }
    },
  }
}

/** The length of all together. */
async function lookAt(logs: Iterable<Pick<StepLog, 'look'>>): Promise<number | 'full'> {
  let bytes = 0
  for (const log of [...logs]) {
    const found = await log.look()
    if (found === 'full') return found
    bytes += found
  }
  return bytes
}
