import type { Planned } from '../core/timeline.ts'
import type { World } from '../core/world.ts'
import type { DrawnStep } from '../drawing/drawn.ts'

// The container engines of all runners, and what runs in them. A container lives on when its runner dies; it ends when it is
// removed, by its runner or by somebody else. What is here is also the ledger of what really ran.

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

export interface RunningStep {
  readonly index: number
  readonly startedMs: number
  bytes: Buffer
  ended: 'no' | 'done' | 'out-of-memory'
  onChange: () => void
  /** Its next pieces of output. */
  next: Planned | undefined
}

export interface Engine {
  readonly containers: readonly Container[]
  start(of: Omit<Container, 'bornMs' | 'diedMs' | 'steps' | 'isDone' | 'onGone'>): Container
  startStep(container: Container, index: number, step: DrawnStep): RunningStep
  remove(container: Container): void
  stepOf(attemptId: string, index: number): RunningStep | undefined
  /** The lease of an attempt lasts so long from now: its containers end by themselves when nobody says so again. */
  renew(attemptId: string, leftMs: number): void
  /** Told of each container and of each step that starts. */
  readonly onStart: ((container: Container) => void)[]
  readonly onStep: ((container: Container) => void)[]
  /** What the steps of an attempt wrote, in their order. */
  written(attemptId: string): Buffer
  /** Containers of a runner that live. */
  alive(runner: string): readonly Container[]
}

export function openEngine(world: World): Engine {
  const { timeline, decisions, trace } = world
  const containers: Container[] = []
  const onStart: Engine['onStart'] = []
  const onStep: Engine['onStep'] = []
  const ends = new Map<string, Planned>()

  function remove(container: Container): void {
    if (container.diedMs !== undefined) return
    container.diedMs = timeline.nowMs
    for (const { next } of container.steps) next?.cancel()
  }

  function goOn(container: Container, running: RunningStep, step: DrawnStep, piece: number): void {
    const { attempt, attemptId, runner } = container
    const isLast = piece >= step.pieces
    running.next = timeline.after(step.durationMs / (step.pieces + 1), () => {
      if (decisions.happens('container-gone', runner)) {
        trace.say(runner, `somebody removes the container of an attempt ${attempt}`)
        remove(container)
        return container.onGone()
      }
      if (decisions.happens('out-of-memory', runner)) running.ended = 'out-of-memory'
      else if (isLast) running.ended = 'done'
      else
        running.bytes = Buffer.concat([
          running.bytes,
          pieceOf({ attemptId, attempt, step, index: running.index, piece }),
        ])
      running.onChange()
      if (running.ended === 'no') goOn(container, running, step, piece + 1)
    })
  }

  function endOf(attemptId: string): void {
    ends.delete(attemptId)
    for (const container of containers) {
      if (container.attemptId !== attemptId || container.diedMs !== undefined) continue
      trace.say(container.runner, 'a container ends by itself: nobody renewed its lease')
      remove(container)
      container.onGone()
    }
  }

  return {
    ...{ containers, onStart, onStep },
    written(attemptId) {
      const steps = containers.filter((one) => one.attemptId === attemptId).flatMap((one) => one.steps)
      return Buffer.concat(steps.toSorted((a, b) => a.index - b.index).map(({ bytes }) => bytes))
    },
    start(of) {
      const container: Container = {
        ...of,
        bornMs: timeline.nowMs,
        diedMs: undefined,
        steps: [],
        isDone: false,
        onGone: () => undefined,
      }
      containers.push(container)
      for (const told of onStart) told(container)
      return container
    },
    startStep(container, index, step) {
      const started = { index, startedMs: timeline.nowMs, bytes: Buffer.alloc(0), ended: 'no' as const }
      const running: RunningStep = { ...started, onChange: () => undefined, next: undefined }
      container.steps.push(running)
      for (const told of onStep) told(container)
      goOn(container, running, step, 0)
      return running
    },
    remove,
    stepOf: (attemptId, index) =>
      containers.findLast((one) => one.attemptId === attemptId)?.steps.find((one) => one.index === index),
    renew(attemptId, leftMs) {
      ends.get(attemptId)?.cancel()
      const looks = Math.max(1, Math.ceil(leftMs / 1000) - 1) // wait-for-lease.ts: one each second, and it has just looked
      const endMs = (looks + world.chance.draw('lease look')) * 1000
      ends.set(
        attemptId,
        timeline.after(endMs, () => endOf(attemptId)),
      )
    },
    alive: (runner) => containers.filter((one) => one.runner === runner && one.diedMs === undefined),
  }
}

interface Piece {
  readonly attemptId: string
  readonly attempt: number
  readonly step: DrawnStep
  readonly index: number
  readonly piece: number
}

/** Bytes that nobody else writes: a foreign or repeated one is seen. */
function pieceOf({ attemptId, attempt, step, index, piece }: Piece): Buffer {
  const line = `${attemptId.slice(-8)} attempt ${attempt} step ${index} piece ${piece} of ${step.name} — é ✓\n`
  return Buffer.from(line.padEnd(step.pieceBytes, '.'))
}
