import { scheduler } from 'node:timers/promises'
import type { QueueClock } from '@narwhal/queue'

/** Real time, `times` as fast: back-off, deadlines and probes of a test pass quickly, in their order. */
export function hurriedClock(times: number): QueueClock {
  return {
    monotonic: () => performance.now() * times,
    sleep: (ms, signal) => scheduler.wait(ms / times, signal === undefined ? {} : { signal }),
  }
}
