import type { Clock } from '@narwhal/host'
import type { Planned } from './timeline.ts'
import type { World } from './world.ts'

// 1. Whatever comes to a machine from outside comes by `later` or `answer`: never to a life that is over, and not while it stands
//    still. So code of a life that is over waits for ever at its next call, and what it had begun outside stays as it is.
// 2. A machine dies only at a call, before or after its effect: `passes` says whether it goes on.

/** A promise that is never settled: for code whose machine is dead. */
export const never: Promise<never> = new Promise(() => {})

/** What a life knows of its machine. */
export interface Mortal {
  readonly name: string
  /** Absent while it is down. */
  readonly life: Life | undefined
  calls: number
  readonly deaths: { readonly atCall: number; readonly downMs: number }[]
  crash(downMs: number): void
}

/** One life of a machine, from its start to its death. */
export interface Life {
  readonly machine: Mortal
  readonly clock: Clock
  readonly isOver: boolean
  /** Runs `what` on the machine after `ms` of true time. */
  later(ms: number, what: () => void): Planned
  /** Whether it lives on at this point of a call; it may be its last. */
  passes(): boolean
  /** What a call gives, after `ms`. */
  answer<T>(ms: number, value: () => T): Promise<T>
  /** Runs `what` when the life is over; the returned function takes that back. */
  whenOver(what: () => void): () => void
  end(): void
}

export interface LifeOptions {
  readonly world: World
  readonly machine: Mortal
  readonly drift: number
  readonly wallOffset: () => number
  readonly frozenUntil: () => number
}

export function openLife({ world, machine, drift, wallOffset, frozenUntil }: LifeOptions): Life {
  const { timeline, decisions } = world
  const bornMs = timeline.nowMs
  const endings = new Set<() => void>()
  let isOver = false

  function later(ms: number, what: () => void): Planned {
    let event = timeline.after(ms, come)
    function come(): void {
      if (isOver) return
      const thawMs = frozenUntil() - timeline.nowMs
      if (thawMs > 0) event = timeline.after(thawMs, come)
      else what()
    }
    return { cancel: () => event.cancel() }
  }

  const life: Life = {
    machine,
    clock: {
      now: () => Math.floor(world.startAt + timeline.nowMs * (1 + drift) + wallOffset()),
      monotonic: () => (timeline.nowMs - bornMs) * (1 + drift),
      sleep: (ms, signal) => sleep(later, Math.max(1, Math.trunc(ms)) / (1 + drift), signal), // as Node's timers
    },
    get isOver() {
      return isOver
    },
    later,
    passes() {
      if (isOver) return false
      machine.calls++
      const death = machine.deaths[0]
      if (death === undefined || machine.calls < death.atCall || decisions.isCalm) return true
      machine.deaths.shift()
      machine.crash(death.downMs)
      return false
    },
    answer: (ms, value) =>
      new Promise((resolve, reject) => {
        later(ms, () => {
          try {
            resolve(value())
          } catch (error) {
            reject(error)
          }
        })
      }),
    whenOver(what) {
      endings.add(what)
      return () => void endings.delete(what)
    },
    end() {
      isOver = true
      for (const what of endings) what()
      endings.clear()
    },
  }
  return life
}

function sleep(later: Life['later'], ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      planned.cancel()
      reject(signal?.reason)
    }
    const planned = later(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
