import { immediates } from './one-source.ts'

// 1. One thing happens at a time: an event, then everything that it set free in promises, then the next.
// 2. Events come in the order of their time; those of the same moment in the order in which they were asked for.
// 3. Nothing here waits for real time.

/** Something that will happen. */
export interface Planned {
  cancel(): void
}

/** The true time of a schedule, which no machine knows. In milliseconds from its beginning. */
export interface Timeline {
  readonly nowMs: number
  after(ms: number, what: () => void): Planned
  /** Goes on until `isOver` says so after an event, or nothing is left. @throws what an event throws */
  run(isOver: () => boolean): Promise<void>
  /** What is still to happen. */
  readonly size: number
}

class Event implements Planned {
  readonly at: number
  readonly order: number
  what: (() => void) | undefined

  constructor(at: number, order: number, what: () => void) {
    this.at = at
    this.order = order
    this.what = what
  }

  cancel(): void {
    this.what = undefined
  }
}

/** A timeline on which nothing is planned yet. */
export function openTimeline(): Timeline {
  const heap: Event[] = []
  let nowMs = 0
  let order = 0

  function turn(): boolean {
    const immediate = immediates.shift()
    if (immediate !== undefined) {
      immediate()
      return true
    }
    for (let event = pop(heap); event !== undefined; event = pop(heap)) {
      if (event.what === undefined) continue
      nowMs = Math.max(nowMs, event.at)
      event.what()
      return true
    }
    return false
  }

  return {
    get nowMs() {
      return nowMs
    },
    get size() {
      return heap.reduce((sum, { what }) => sum + (what === undefined ? 0 : 1), 0)
    },
    after(ms, what) {
      const event = new Event(nowMs + Math.max(0, ms), order++, what)
      push(heap, event)
      return event
    },
    run: (isOver) => keepTurning(() => turn() && (immediates.length > 0 || !isOver())),
  }
}

/** Node runs all promises between two immediates of one turn of its loop: many at once save turns. */
const immediatesAtOnce = 64

function keepTurning(turn: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = 0
    let isOver = false
    const step = () => {
      left--
      if (isOver) return
      try {
        isOver = !turn()
      } catch (error) {
        isOver = true
        reject(error)
      }
      if (isOver) resolve()
      else if (left === 0) fill()
    }
    const fill = () => {
      for (; left < immediatesAtOnce; left++) immediates.next(step)
    }
    fill()
  })
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

function push(heap: Event[], event: Event): void {
  let place = heap.length
  heap.push(event)
  while (place > 0) {
    const above = (place - 1) >> 1
    const parent = heap[above]
    if (parent === undefined || !isBefore(event, parent)) break
    heap[place] = parent
    place = above
  }
  heap[place] = event
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (first === undefined || last === undefined || heap.length === 0) return first
  let place = 0
  for (;;) {
    const left = heap[2 * place + 1]
    const right = heap[2 * place + 2]
    const isRight = left !== undefined && right !== undefined && isBefore(right, left)
    const child = isRight ? right : left
    if (child === undefined || !isBefore(child, last)) break
    heap[place] = child
    place = 2 * place + (isRight ? 2 : 1)
  }
  heap[place] = last
  return first
}
