import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { brokenOutcome } from '../broken-outcome.ts'
import type { Outcome } from '../simulate.ts'
import type { LaneAnswer, LaneOrder } from './lane-messages.ts'

// Simulates on as many cores as there are. A lane that says nothing for long is in a circle that it will never leave: it is
// ended, and its seed has failed.

/** OS processes that simulate side by side. */
export interface Lanes extends AsyncDisposable {
  readonly count: number
  /** Simulates one schedule; orders wait for a free lane. */
  simulate(order: Omit<LaneOrder, 'seeds'> & { readonly seed: number }): Promise<Outcome>
}

/** How long a schedule may take, in milliseconds of real time, on a machine with much else to do. */
const silenceLimitMs = 120_000

/** Schedules make much that is soon forgotten: room for it saves a tenth of the time. */
const execArgv = ['--max-semi-space-size=64'] // MiB

interface Waiting {
  readonly order: LaneOrder
  readonly seed: number
  readonly resolve: (outcome: Outcome) => void
}

export function openLanes(count: number): Lanes {
  const waiting: Waiting[] = []
  const children = new Set<ChildProcess>()
  let isClosed = false

  function start(): void {
    const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), { serialization: 'advanced', execArgv })
    children.add(child)
    let current: Waiting | undefined
    let limit: NodeJS.Timeout | undefined
    const next = () => {
      clearTimeout(limit)
      current = waiting.shift()
      if (current === undefined) return void idle.push(next)
      child.send(current.order)
      limit = setTimeout(() => child.kill('SIGKILL'), silenceLimitMs)
    }
    child.on('message', (answer: LaneAnswer) => {
      if (answer.type === 'ended') current?.resolve(answer.outcome)
      if (answer.type === 'idle') next()
    })
    child.on('exit', () => {
      clearTimeout(limit)
      children.delete(child)
      if (isClosed) return
      current?.resolve(brokenOutcome(current.seed, endless))
      start()
    })
  }

  const idle: (() => void)[] = []
  for (let lane = 0; lane < count; lane++) start()
  return {
    count,
    simulate: ({ seed, ...order }) =>
      new Promise((resolve) => {
        waiting.push({ order: { ...order, seeds: [seed] }, seed, resolve })
        idle.shift()?.()
      }),
    async [Symbol.asyncDispose]() {
      isClosed = true
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

const endless = 'the schedule does not end: something goes round in a circle without time passing'
