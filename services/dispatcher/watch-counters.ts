/** What was last seen of a counter: its value, and since when (monotonic milliseconds) it stands there. */
export interface Sighting {
  readonly value: number
  readonly sinceMs: number
}

export type Sightings = ReadonlyMap<string, Sighting>

/**
 * Looks at counters that move while their owner lives.
 *
 * No wall clock decides: an owner is silent when the watcher itself has seen the same value for `limitMs`. A watcher that
 * has just started therefore gives everybody the whole limit again, and many watchers may watch the same counters.
 *
 * @returns what to remember for the next look, and the keys that have stood still for `limitMs` or longer.
 */
export function watchCounters(seen: Sightings, counters: ReadonlyMap<string, number>, options: WatchOptions): Watched {
  const { nowMs, limitMs } = options
  const sightings = new Map<string, Sighting>()
  const silent: string[] = []
  for (const [key, value] of counters) {
    const last = seen.get(key)
    const sighting = last !== undefined && last.value === value ? last : { value, sinceMs: nowMs }
    sightings.set(key, sighting)
    if (nowMs - sighting.sinceMs >= limitMs) silent.push(key)
  }
  return { sightings, silent }
}

export interface WatchOptions {
  readonly nowMs: number
  readonly limitMs: number
}

export interface Watched {
  readonly sightings: Sightings
  readonly silent: readonly string[]
}
