import { Worker } from 'node:worker_threads'
import type { PlanAnswer, PlanRequest } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'

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

export interface PlannerLimits {
  /** Milliseconds for one request; a fraction of one is what an honest file takes. */
  readonly limitMs: number
}

/** Megabytes of heap: what the code itself takes, with its schemas, and the largest tree that a commit may have. */
const heapMb = 256

const source = new URL('planner-thread.ts', import.meta.url)

/** See `Planner`. */
export function openPlanner({ limitMs }: PlannerLimits = { limitMs: 10_000 }): Planner {
  let thread: Worker | undefined = startThread()
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false

  const planNow = async (request: PlanRequest): Promise<PlanAnswer> => {
    if (isClosed) throw problem('RUNNER_ERROR', 'The runner ends')
    thread ??= startThread()
    try {
      return await answerOf(thread, request, limitMs)
    } catch (error) {
      await thread.terminate()
      thread = isClosed ? undefined : startThread()
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
      await thread?.terminate()
    },
  }
}

function startThread(): Worker {
  const thread = new Worker(source, { resourceLimits: { maxOldGenerationSizeMb: heapMb }, env: {} })
  thread.unref()
  thread.on('error', () => undefined) // whoever waits for its answer hears of it
  return thread
}

async function answerOf(thread: Worker, request: PlanRequest, limitMs: number): Promise<PlanAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<PlanAnswer>()
  const limit = AbortSignal.timeout(limitMs)
  const onLimit = () => reject(tooComplex(`took longer than ${limitMs / 1000} s`))
  limit.addEventListener('abort', onLimit)
  const onError = (error: unknown) => reject(tooComplex('ended the thread that plans', error))
  const onExit = () => reject(tooComplex('needed more memory than there is'))
  thread.on('message', resolve).on('error', onError).on('exit', onExit)
  try {
    thread.postMessage(request)
    return await promise
  } finally {
    limit.removeEventListener('abort', onLimit)
    thread.off('message', resolve).off('error', onError).off('exit', onExit)
  }
}

function tooComplex(what: string, cause?: unknown) {
  return problem('PIPELINE_TOO_COMPLEX', `Planning the jobs of narwhal.yml ${what}.`, { cause })
}
