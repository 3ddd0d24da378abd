import { type Clock, Counter, Gauge, Histogram, latencyBuckets, type Registry } from '@narwhal/host'
import type { Changes } from './changes.ts'
import type { Presence } from './presence.ts'

export interface DispatcherMetrics {
  /** An offer leaves for its runner; its job was ready at `queuedAt`, in milliseconds since the epoch. */
  offered(queuedAt: number): void
}

export interface MetricsDeps {
  readonly metrics: Registry
  readonly changes: Changes
  readonly presence: Presence
  readonly clock: Clock
}

/** The dispatcher's figures. States are counted from the store when somebody asks, so that they always equal it. */
export function openDispatcherMetrics({ metrics, changes, presence, clock }: MetricsDeps): DispatcherMetrics {
  const registers = [metrics]
  const latency = new Histogram({
    name: 'narwhal_dispatch_latency_seconds',
    help: 'From a job being ready to its offer being sent',
    buckets: latencyBuckets,
    registers,
  })
  const builds = new Counter({
    name: 'narwhal_builds_total',
    help: 'Builds that ended',
    labelNames: ['outcome'],
    registers,
  })
  gaugeOf({ name: 'narwhal_jobs', help: 'Unfinished jobs', label: 'state', registers }, () =>
    changes.change(({ tables }) => tables.jobs.countByState()),
  )
  gaugeOf({ name: 'narwhal_runners', help: 'Registered runners', label: 'state', registers }, async () => {
    const runners = await changes.change(({ tables }) => tables.runners.list())
    const silent = runners.filter(({ id }) => presence.isSilent(id)).length
    return { online: runners.length - silent, silent }
  })
  gaugeOf({ name: 'narwhal_quarantine', help: 'Messages that could not be taken', label: 'topic', registers }, () =>
    changes.change(({ tables }) => tables.quarantine.count()),
  )
  changes.listen((touched) => {
    for (const one of touched)
      if (one.kind === 'build' && one.outcome !== undefined) builds.inc({ outcome: one.outcome })
  })
  return {
    offered: (queuedAt) => latency.observe(Math.max(0, clock.now() - queuedAt) / 1000),
  }
}

interface GaugeOptions {
  readonly name: string
  readonly help: string
  readonly label: string
  readonly registers: Registry[]
}

function gaugeOf(
  { name, help, label, registers }: GaugeOptions,
  read: () => Promise<Readonly<Record<string, number>>>,
): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers,
    async collect() {
      this.reset()
      for (const [value, count] of Object.entries(await read())) this.set({ [label]: value }, count)
    },
  })
}
