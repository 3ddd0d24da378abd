import type { Clock } from '@narwhal/host'

/** How long ago a former life of the runner wrote down that it was `at`; the clock may have been set meanwhile. */
export function elapsedMs(at: number, clock: Pick<Clock, 'now'>): number {
  return Math.max(0, clock.now() - at)
}
