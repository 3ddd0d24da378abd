import { secondsToLive } from '@narwhal/runner/parts'
import type { Planned } from '../core/timeline.ts'
import type { World } from '../core/world.ts'
import type { DrawnStep } from '../drawing/drawn.ts'

// The container engines of all runners, and what runs in them. A container lives on when its runner dies; it ends when it is
// removed, by its runner or by somebody else, or when nobody has renewed its lease (wait-for-lease.ts). What is here is also
// the ledger of what really ran.

export interface Container {
  readonly attemptId: string
  readonly jobId: string
  readonly attempt: number
  /** Name of the machine. */
  readonly runner: string
  readonly bornMs: number
  diedMs: number | undefined
  readonly steps: RunningStep[]
  /** Its commands are over; it only has to be removed. */
  isDone: boolean
  /** Told when something happens to it from outside. */
  onGone: () => void
}

type NewContainer = Pick<Container, 'attemptId' | 'jobId' | 'attempt' | 'runner'>

export interface RunningStep {
  readonly index: number
  bytes: Buffer
  ended: 'no' | 'done' | 'out-of-memory'
  onChange: () => void
  /** Its next piece of output. */
  next: Planned | undefined
}

export class Engine {
  readonly containers: Container[] = []
  /** Told of each container and of each step that starts. */
  readonly onStart: ((container: Container) => void)[] = []
  readonly onStep: ((container: Container) => void)[] = []
  readonly #world: World
  readonly #leases = new Map<string, Planned>()

  constructor(world: World) {
    this.#world = world
  }

  /** Containers of a runner that live. */
  alive(runner: string): readonly Container[] {
    return this.containers.filter((one) => one.runner === runner && one.diedMs === undefined)
  }

  start(of: NewContainer): Container {
    const bornMs = this.#world.timeline.nowMs
    const container: Container = { ...of, bornMs, diedMs: undefined, steps: [], isDone: false, onGone: () => undefined }
    this.containers.push(container)
    for (const told of this.onStart) told(container)
    return container
  }

  startStep(container: Container, index: number, step: DrawnStep): RunningStep {
    const running: RunningStep = {
      index,
      bytes: Buffer.alloc(0),
      ended: 'no',
      onChange: () => undefined,
      next: undefined,
    }
    container.steps.push(running)
    for (const told of this.onStep) told(container)
    this.#goOn(container, { running, step, piece: 0 })
    return running
  }

  stepOf(attemptId: string, index: number): RunningStep | undefined {
    return this.containers.findLast((one) => one.attemptId === attemptId)?.steps.find((one) => one.index === index)
  }

  /** What the steps of an attempt wrote, in their order. */
  written(attemptId: string): Buffer {
    const steps = this.containers.filter((one) => one.attemptId === attemptId).flatMap((one) => one.steps)
    return Buffer.concat(steps.toSorted((a, b) => a.index - b.index).map(({ bytes }) => bytes))
  }

  remove(container: Container): void {
    if (container.diedMs !== undefined) return
    container.diedMs = this.#world.timeline.nowMs
    for (const { next } of container.steps) next?.cancel()
  }

  /** The lease of an attempt lasts so long from now: its containers end by themselves when nobody says so again. */
  renew(attemptId: string, leftMs: number): void {
    const { chance, timeline } = this.#world
    this.#leases.get(attemptId)?.cancel()
    const endMs = (secondsToLive(leftMs) + chance.draw('lease look')) * 1000 // one look each second
    this.#leases.set(
      attemptId,
      timeline.after(endMs, () => this.#endLease(attemptId)),
    )
  }

  #endLease(attemptId: string): void {
    this.#leases.delete(attemptId)
    for (const container of this.containers) {
      if (container.attemptId !== attemptId || container.diedMs !== undefined) continue
      this.#lose(container, 'a container ends by itself: nobody renewed its lease')
    }
  }

  #lose(container: Container, why: string): void {
    this.#world.trace.say(container.runner, why)
    this.remove(container)
    container.onGone()
  }

  #goOn(container: Container, at: { running: RunningStep; step: DrawnStep; piece: number }): void {
    const { running, step, piece } = at
    const { timeline, decisions } = this.#world
    running.next = timeline.after(step.durationMs / (step.pieces + 1), () => {
      const { runner } = container
      if (decisions.happens('container-gone', runner)) return this.#lose(container, 'somebody removes a container')
      if (decisions.happens('out-of-memory', runner)) running.ended = 'out-of-memory'
      else if (piece >= step.pieces) running.ended = 'done'
      else running.bytes = Buffer.concat([running.bytes, pieceOf(container, at)])
      running.onChange()
      if (running.ended === 'no') this.#goOn(container, { ...at, piece: piece + 1 })
    })
  }
}

/** Bytes that nobody else writes: a foreign or repeated one is seen. */
function pieceOf(
  { attemptId, attempt }: Container,
  { running, step, piece }: { running: RunningStep; step: DrawnStep; piece: number },
): Buffer {
  const place = `attempt ${attempt} step ${running.index} piece ${piece}`
  const line = Buffer.from(`${attemptId.slice(-8)} ${place} of ${step.name} — é ✓\n`)
  return Buffer.concat([line, Buffer.alloc(Math.max(0, step.pieceBytes - line.length), '.')])
}
