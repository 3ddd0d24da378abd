import { backoffMs, type Clock } from '@narwhal/host'
import { type Sightings, watchCounters } from './watch-counters.ts'

/** Who can be offered something now. Kept in memory: after a restart everybody counts as present until shown otherwise. */
export interface Presence {
  /** One look at the heartbeat counters of all runners. */
  look(heartbeats: ReadonlyMap<string, number>): void
  isSilent(runnerId: string): boolean
  /** Whether it may be offered something; false for a while after it refused or could not be reached. */
  isOpen(runnerId: string): boolean
  /** It refused, or could not be reached: it is left alone for a while, longer each time. */
  refused(runnerId: string): void
  /** It took an offer or registered. */
  welcomed(runnerId: string): void
  /** It is not at its address. It counts as silent until it is heard of, here or (its counter moves) by another dispatcher. */
  gone(runnerId: string, heartbeats: number): void
  /** It gave a sign of life. */
  heard(runnerId: string): void
  /** Milliseconds until the next pause ends, if one is on. */
  nextOpenMs(): number | undefined
}

export interface PresenceOptions {
  readonly clock: Clock
  /** A runner whose counter stands still this long is silent, in milliseconds. */
  readonly silentMs: number
}

interface Pause {
  readonly refusals: number
  readonly untilMs: number
}

/** See `Presence`. */
export function openPresence({ clock, silentMs }: PresenceOptions): Presence {
  let sightings: Sightings = new Map()
  let silent = new Set<string>()
  const gone = new Map<string, number>()
  const pauses = new Map<string, Pause>()
  const isOpen = (id: string) => (pauses.get(id)?.untilMs ?? 0) <= clock.monotonic()
  return {
    look(heartbeats) {
      const watched = watchCounters(sightings, heartbeats, { nowMs: clock.monotonic(), limitMs: silentMs })
      sightings = watched.sightings
      silent = new Set(watched.silent)
      for (const [id, value] of gone) if (heartbeats.get(id) !== value) gone.delete(id)
      for (const id of pauses.keys()) if (!heartbeats.has(id)) pauses.delete(id)
    },
    isSilent: (id) => silent.has(id) || gone.has(id),
    isOpen,
    refused(id) {
      const refusals = (pauses.get(id)?.refusals ?? 0) + 1
      const pauseMs = 100 + backoffMs(refusals, { baseMs: 100, capMs: 10_000 })
      pauses.set(id, { refusals, untilMs: clock.monotonic() + pauseMs })
    },
    welcomed: (id) => void pauses.delete(id),
    gone: (id, value) => void gone.set(id, value),
    heard(id) {
      silent.delete(id)
      gone.delete(id)
    },
    nextOpenMs() {
      const now = clock.monotonic()
      const waits = [...pauses.values()].map(({ untilMs }) => untilMs - now).filter((ms) => ms > 0)
      return waits.length === 0 ? undefined : Math.min(...waits)
    },
  }
}
