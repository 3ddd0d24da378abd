import { untilAborted } from './until-aborted.ts'

interface Flight {
  readonly landed: Promise<void>
  readonly ending: AbortController
  callers: number
}

/**
 * Work that several callers share and that is done one at a time.
 *
 * 1. Who asks for a key that is under way joins it, and gets its problem too.
 * 2. Different keys take turns.
 * 3. A flight whose last caller has left is aborted; who asks then begins a new one.
 */
export class Flights {
  readonly #flights = new Map<string, Flight>()
  #turn: Promise<unknown> = Promise.resolve()

  /** @returns whether this caller began the flight. Rejects with the reason of `signal`, or what `fly` threw. */
  async join(key: string, fly: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted()
    const joined = this.#flights.get(key)
    const flight = joined ?? this.#begin(key, fly)
    flight.callers += 1
    try {
      await untilAborted(flight.landed, signal)
    } finally {
      flight.callers -= 1
      if (flight.callers === 0) this.#end(key, flight)
    }
    return joined === undefined
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#turn
  }

  #begin(key: string, fly: (signal: AbortSignal) => Promise<void>): Flight {
    const ending = new AbortController()
    const landed = this.#turn.then(() => fly(ending.signal)) // 2
    this.#turn = landed.catch(() => {})
    const flight = { landed, ending, callers: 0 }
    this.#flights.set(key, flight)
    return flight
  }

  #end(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
    flight.ending.abort() // a landed flight does not mind
  }
}
