import { type VirtualClock, virtualClock } from '@narwhal/host'

/** A virtual clock that tells who sleeps. */
export interface ObservedClock extends VirtualClock {
  /** How many sleep for exactly `ms` milliseconds now. */
  sleeping(ms: number): number
}

export function observedClock(): ObservedClock {
  const clock = virtualClock()
  const asleep: number[] = []
  return {
    ...clock,
    sleeping: (ms) => asleep.filter((one) => one === ms).length,
    async sleep(ms, signal) {
      asleep.push(ms)
      try {
        await clock.sleep(ms, signal)
      } finally {
        asleep.splice(asleep.indexOf(ms), 1)
      }
    },
  }
}
