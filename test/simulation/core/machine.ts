import { type Life, openLife } from './life.ts'
import type { World } from './world.ts'

// A machine is what one OS process of Narwhal runs on. It lives, dies at one of its calls, and lives again: what it had in
// memory is gone then, what its ports had taken durably is not.

/** Starts the service of a machine in a new life; resolves once it serves. What it returns ends it in an orderly way. */
export type Boot = (life: Life) => Promise<AsyncDisposable>

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

/** After how long a machine whose service could not start tries again, in milliseconds. */
const againMs = 500

export class Machine {
  readonly name: string
  /** How many calls it has made in all its lives. */
  calls = 0
  /** The number of the call at which it dies, and for how long. */
  readonly deaths: { readonly atCall: number; readonly downMs: number }[] = []
  readonly #options: MachineOptions
  readonly #unable: { readonly fromMs: number; readonly toMs: number }[] = []
  #life: Life | undefined
  #service: AsyncDisposable | undefined
  #frozenUntil = 0
  #wallOffset: number
  #isComing = false

  constructor(options: MachineOptions) {
    this.name = options.name
    this.#options = options
    this.#wallOffset = options.skewMs
  }

  /** Absent while it is down. */
  get life(): Life | undefined {
    return this.#life
  }

  get isFrozen(): boolean {
    return this.#frozenUntil > this.#world.timeline.nowMs
  }

  get #world(): World {
    return this.#options.world
  }

  /** Whether it was dead or stood still at some time from `fromMs` to `toMs`. */
  wasUnable(fromMs: number, toMs: number): boolean {
    return this.#unable.some((one) => one.fromMs <= toMs && one.toMs >= fromMs)
  }

  /** Comes up for the first time, or at once when it is down. */
  start(): void {
    if (this.#life === undefined && !this.#isComing) this.#come(0)
  }

  /** Dies now, and comes back after `downMs`. */
  crash(downMs: number): void {
    if (this.#life === undefined) return
    this.#note('crash', `dies, for ${Math.round(downMs)} ms`, downMs)
    this.#leave(this.#life)
    this.#come(downMs)
  }

  /** Is asked to end, and comes back `downMs` after it has. */
  stop(downMs: number): void {
    const [service, life] = [this.#service, this.#life]
    if (service === undefined || life === undefined) return
    this.#note('stop', 'is asked to end')
    this.#service = undefined
    const over = () => {
      if (this.#life !== life) return
      this.#world.trace.say(this.name, 'has ended')
      this.#leave(life)
      this.#come(downMs)
    }
    service[Symbol.asyncDispose]().then(over, (error: unknown) =>
      this.#world.violated('I0', `${this.name} did not end in an orderly way: ${String(error)}`),
    )
  }

  freeze(ms: number): void {
    if (this.#life === undefined) return
    this.#note('freeze', `stands still for ${Math.round(ms)} ms`, ms)
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#world.timeline.nowMs + ms)
  }

  /** Moves the wall clock. */
  jump(ms: number): void {
    this.#note('wall-jump', `its wall clock jumps by ${Math.round(ms / 1000)} s`)
    this.#wallOffset += ms
  }

  #note(kind: 'crash' | 'stop' | 'freeze' | 'wall-jump', what: string, unableMs?: number): void {
    const { trace, decisions, timeline } = this.#world
    trace.say(this.name, what)
    decisions.count(kind)
    const fromMs = timeline.nowMs
    if (unableMs !== undefined) this.#unable.push({ fromMs, toMs: fromMs + unableMs + upMs })
  }

  #leave(life: Life): void {
    life.end()
    this.#life = undefined
    this.#service = undefined
    this.#frozenUntil = 0
  }

  #come(afterMs: number): void {
    this.#isComing = true
    this.#world.timeline.after(afterMs, () => {
      this.#isComing = false
      this.#begin()
    })
  }

  #begin(): void {
    const { world, drift, boot } = this.#options
    const clocks = { drift, wallOffset: () => this.#wallOffset, frozenUntil: () => this.#frozenUntil }
    const life = openLife({ world, machine: this, ...clocks })
    this.#life = life
    world.trace.say(this.name, 'starts')
    boot(life).then(
      (service) => {
        if (this.#life === life) this.#service = service
      },
      (error: unknown) => {
        if (this.#life !== life) return
        world.trace.say(this.name, `cannot start: ${String(error)}`)
        this.#leave(life)
        this.#come(againMs)
      },
    )
  }
}
