import { Counter, Gauge, type Registry } from '@narwhal/host'
import type { Slots } from './slots.ts'

/** The figures of a runner. */
export interface RunnerMetrics {
  /** An attempt has ended with an outcome, or was abandoned. */
  ended(outcome: string): void
}

/** Registers the figures at `registry`. */
export function openRunnerMetrics(registry: Registry, slots: Slots): RunnerMetrics {
  const registers = [registry]
  new Gauge({ name: 'narwhal_runner_slots', help: 'Attempts this runner can run at once', registers }).set(
    slots.capacity,
  )
  new Gauge({
    name: 'narwhal_runner_held',
    help: 'Attempts this runner holds, those included whose result is not acknowledged yet',
    registers,
    collect() {
      this.set(slots.held().size)
    },
  })
  const attempts = new Counter({
    name: 'narwhal_runner_attempts_total',
    help: 'Attempts that ended, by outcome',
    labelNames: ['outcome'],
    registers,
  })
  return { ended: (outcome) => attempts.inc({ outcome }) }
}
