import { aborted } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { type AttemptStop, openAttemptStop } from './attempt-stop.ts'

// 1. Taking a slot is synchronous: of any number of offers at once at most `capacity` win.
// 2. A slot is free as soon as the commands of its attempt have ended, before the result is sent: the answer to a result
//    is often the next offer. The container may still be dying then: `room` keeps the next one from starting beside it.
// 3. An attempt is held until its result is acknowledged. `held` is what the dispatcher is told at registration.
// 4. An attempt is taken once: an offer that comes again is answered as before, and starts nothing. So it is with those that
//    a former life of the runner held: they are taken back before the first offer.

/** How many ended attempts are remembered for invariant 4. */
const rememberedLimit = 1_000

/** The slots of a runner and the attempts that it holds. */
export interface Slots {
  readonly capacity: number
  free(): number
  /** Ids of all attempts that are held, at any time: it changes with them. */
  held(): ReadonlySet<string>
  /**
   * Takes a slot for an attempt. `undefined` when the attempt was taken before.
   *
   * @throws RUNNER_FULL, RUNNER_DRAINING.
   */
  take(attemptId: string): AttemptStop | undefined
  /**
   * Holds an attempt that a former life of the runner held, in a slot or only until its result is acknowledged; before any
   * offer comes. `undefined` when no slot is free for it.
   */
  takeBack(attemptId: string, options: { readonly inSlot: boolean }): AttemptStop | undefined
  /**
   * Gives the slot of an attempt that is over to the one that follows it; `undefined` when that was taken before, or
   * the runner takes nothing new: the dispatcher gives it to another one when this one leaves.
   */
  pass(from: string, to: string): AttemptStop | undefined
  /** Frees the slot; the attempt stays held. `gone` resolves once nothing of it runs any more. */
  vacate(attemptId: string, gone: Promise<unknown>): void
  /** The attempt is over. */
  release(attemptId: string): void
  /** Resolves once no more than `capacity - 1` other attempts have anything running. */
  room(signal: AbortSignal): Promise<void>
  /** What ends a held attempt early. */
  stopOf(attemptId: string): AttemptStop | undefined
  /** From now on every new offer is refused. */
  drain(): void
}

interface Held {
  readonly stop: AttemptStop
  inSlot: boolean
}

/** `capacity` free slots. */
export function openSlots(capacity: number): Slots {
  const attempts = new Map<string, Held>()
  const ids = new Set<string>()
  const ended = new Set<string>()
  const dying = new Set<Promise<unknown>>()
  let draining = false

  const taken = () => [...attempts.values()].filter(({ inSlot }) => inSlot).length
  const isKnown = (attemptId: string) => attempts.has(attemptId) || ended.has(attemptId)
  const hold = (attemptId: string, inSlot = true) => {
    const stop = openAttemptStop()
    attempts.set(attemptId, { stop, inSlot })
    ids.add(attemptId)
    return stop
  }
  const release = (attemptId: string) => {
    if (!attempts.delete(attemptId)) return
    ids.delete(attemptId)
    ended.add(attemptId)
    for (const oldest of ended) {
      if (ended.size <= rememberedLimit) break
      ended.delete(oldest)
    }
  }

  return {
    capacity,
    free: () => (draining ? 0 : Math.max(0, capacity - taken())),
    held: () => ids,
    take(attemptId) {
      if (isKnown(attemptId)) return undefined
      if (draining) throw problem('RUNNER_DRAINING', 'The runner is being stopped')
      if (taken() >= capacity) throw problem('RUNNER_FULL', `All ${capacity} slots are taken`)
      return hold(attemptId)
    },
    takeBack: (attemptId, { inSlot }) => (inSlot && taken() >= capacity ? undefined : hold(attemptId, inSlot)),
    pass(from, to) {
      release(from)
      return draining || isKnown(to) ? undefined : hold(to)
    },
    vacate(attemptId, gone) {
      const attempt = attempts.get(attemptId)
      if (attempt !== undefined) attempt.inSlot = false
      const settled = gone.catch(() => undefined).finally(() => dying.delete(settled))
      dying.add(settled)
    },
    release,
    async room(signal) {
      while (dying.size > 0 && taken() + dying.size > capacity && !signal.aborted)
        await Promise.race([...dying, aborted(signal)])
      signal.throwIfAborted()
    },
    stopOf: (attemptId) => attempts.get(attemptId)?.stop,
    drain() {
      draining = true
    },
  }
}
