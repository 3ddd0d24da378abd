import type { PlanAnswer, PlanRequest } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'
import { startThread } from './start-thread.ts'

// Whoever pushes writes the files that are parsed here, so this happens in a thread of its own:
// 1. It has a heap of its own; one that outgrows it ends the thread, not the runner.
// 2. One request at a time, each with a limit of time; a thread that has reached it is ended and replaced.
// 3. A thread lies ready before it is asked for: starting one takes longer than planning.

/** Plans builds from files that strangers wrote. Disposing ends the thread. */
export interface Planner extends AsyncDisposable {
  /**
   * What `planBuild` answers.
   *
   * @throws PIPELINE_TOO_COMPLEX when that takes more time or memory than there is.
   */
  plan(request: PlanRequest): Promise<PlanAnswer>
}

/** What one request may take. */
export interface PlannerLimits {
  /** Milliseconds; an honest file takes a fraction of one. */
  readonly limitMs: number
}

/** See `Planner`. */
export function openPlanner({ limitMs }: PlannerLimits = { limitMs: 10_000 }): Planner {
  let thread = startThread()
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false

  const planNow = async (request: PlanRequest): Promise<PlanAnswer> => {
    if (isClosed) throw problem('RUNNER_ERROR', 'The runner ends')
    if (thread.isOver()) thread = startThread()
    try {
      await thread.ready()
      return await thread.ask(request, limitMs)
    } catch (error) {
      await thread.end()
      if (!isClosed) thread = startThread()
      throw error
    }
  }

  return {
    plan(request) {
      const mine = last.then(() => planNow(request))
      last = mine.catch(() => undefined)
      return mine
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      await last
      await thread.end()
    },
  }
}
