import type { Life } from './life.ts'
import { openLife } from './life.ts'
import type { World } from './world.ts'

// A machine is what one OS process of Narwhal runs on. It lives, dies at one of its calls, and lives again: what it had in
// memory is gone then, what its ports had taken durably is not.

/** Starts the service of a machine in a new life; resolves once it serves. What it returns ends it in an orderly way. */
export type Boot = (life: Life) => Promise<AsyncDisposable>

export interface Machine {
  readonly name: string
  /** Absent while it is down. */
  readonly life: Life | undefined
  readonly isFrozen: boolean
  /** Dies now, and comes back after `downMs`. */
  crash(downMs: number): void
  /** Is asked to end, and comes back `downMs` after it has. */
  stop(downMs: number): void
  freeze(ms: number): void
  /** Moves the wall clock. */
  jump(ms: number): void
  /** Comes up for the first time, or at once when it is down. */
  start(): void
  /** Whether it was dead or stood still at some time from `fromMs` to `toMs`. */
  wasUnable(fromMs: number, toMs: number): boolean
  /** How many calls it has made in all its lives. */
  calls: number
  /** The number of the call at which it dies, and for how long. */
  readonly deaths: { readonly atCall: number; readonly downMs: number }[]
}

export interface MachineOptions {
  readonly world: World
  readonly name: string
  readonly boot: Boot
  /** How much faster its clock goes: 0.01 is a hundredth. */
  readonly drift: number
  /** How far its wall clock is off, in milliseconds. */
  readonly skewMs: number
}

/** How long after its return a machine may take to clean up, in milliseconds. */
const upMs = 1_000

export function openMachine({ world, name, boot, drift, skewMs }: MachineOptions): Machine {
  const { timeline, trace, decisions } = world
  let life: Life | undefined
  let service: AsyncDisposable | undefined
  let frozenUntil = 0
  let wallOffset = skewMs
  let isComing = false
  const unable: { readonly fromMs: number; readonly toMs: number }[] = []

  const machine: Machine = {
    name,
    calls: 0,
    deaths: [],
    get life() {
      return life
    },
    get isFrozen() {
      return frozenUntil > timeline.nowMs
    },
    wasUnable: (fromMs, toMs) => unable.some((one) => one.fromMs <= toMs && one.toMs >= fromMs),
    start() {
      if (life !== undefined || isComing) return
      come(0)
    },
    crash(downMs) {
      if (life === undefined) return
      trace.say(name, `dies, for ${Math.round(downMs)} ms`)
      decisions.count('crash')
      unable.push({ fromMs: timeline.nowMs, toMs: timeline.nowMs + downMs + upMs })
      life.end()
      life = undefined
      service = undefined
      frozenUntil = 0
      come(downMs)
    },
    stop(downMs) {
      const [stopped, ending] = [service, life]
      if (stopped === undefined || ending === undefined) return
      trace.say(name, 'is asked to end')
      decisions.count('stop')
      service = undefined
      const over = () => {
        if (life !== ending) return
        trace.say(name, 'has ended')
        ending.end()
        life = undefined
        come(downMs)
      }
      stopped[Symbol.asyncDispose]().then(over, (error: unknown) =>
        world.violated('I0', `${name} did not end in an orderly way: ${String(error)}`),
      )
    },
    freeze(ms) {
      if (life === undefined) return
      trace.say(name, `stands still for ${Math.round(ms)} ms`)
      decisions.count('freeze')
      unable.push({ fromMs: timeline.nowMs, toMs: timeline.nowMs + ms + upMs })
      frozenUntil = Math.max(frozenUntil, timeline.nowMs + ms)
    },
    jump(ms) {
      trace.say(name, `its wall clock jumps by ${Math.round(ms / 1000)} s`)
      decisions.count('wall-jump')
      wallOffset += ms
    },
  }

  function come(afterMs: number): void {
    isComing = true
    timeline.after(afterMs, () => {
      isComing = false
      const born = openLife({ world, machine, drift, wallOffset: () => wallOffset, frozenUntil: () => frozenUntil })
      life = born
      trace.say(name, 'starts')
      boot(born).then(
        (started) => {
          if (life === born) service = started
        },
        (error: unknown) => {
          if (life !== born) return
          trace.say(name, `cannot start: ${String(error)}`)
          born.end()
          life = undefined
          come(500)
        },
      )
    })
  }
  return machine
}
