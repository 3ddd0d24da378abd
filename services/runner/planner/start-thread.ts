import { Worker } from 'node:worker_threads'
import type { PlanAnswer, PlanRequest } from '@narwhal/pipeline'
import { type ProblemError, problem } from '@narwhal/protocol'

/** A thread that plans, one request at a time. After a rejection it is of no more use. */
export interface PlannerThread {
  /** Resolves once it can be asked. @throws RUNNER_ERROR */
  ready(): Promise<void>
  /** @throws PIPELINE_TOO_COMPLEX when it takes longer than `limitMs`, or more memory than there is. */
  ask(request: PlanRequest, limitMs: number): Promise<PlanAnswer>
  /** It has ended, by itself or by `end`. */
  isOver(): boolean
  end(): Promise<void>
}

/** Milliseconds for a thread to be there; it only has to load our own code. */
const startLimitMs = 60_000

/** Megabytes of heap: what the code itself takes, with its schemas, and the largest tree that a commit may have. */
const heapMb = 256

const source = new URL('planner-thread.ts', import.meta.url)

/** See `PlannerThread`. Nothing of how this process was started, nor of its environment, gets there. */
export function startThread(): PlannerThread {
  const limits = { maxOldGenerationSizeMb: heapMb }
  const thread = new Worker(source, { resourceLimits: limits, env: {}, execArgv: [] })
  let isOver = false
  thread.unref()
  thread.on('error', () => undefined) // whoever waits for its answer hears of it
  thread.on('exit', () => void (isOver = true))
  const ready = nextMessage(thread, { limitMs: startLimitMs, failure: notStarted })
  ready.catch(() => undefined) // whoever asks hears of it
  return {
    ready: async () => void (await ready),
    ask(request, limitMs) {
      const answer = nextMessage(thread, { limitMs, failure: tooComplex })
      thread.postMessage(request)
      return answer
    },
    isOver: () => isOver,
    end: async () => void (await thread.terminate()),
  }
}

interface Awaited {
  readonly limitMs: number
  /** What is thrown, with why. */
  readonly failure: (why: string, cause?: unknown) => ProblemError
}

async function nextMessage(thread: Worker, { limitMs, failure }: Awaited): Promise<PlanAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<PlanAnswer>()
  const limit = AbortSignal.timeout(limitMs)
  const onLimit = () => reject(failure(`took longer than ${limitMs / 1000} s`))
  const onError = (error: unknown) => reject(failure('ended the thread that plans', error))
  const onExit = () => reject(failure('needed more memory than there is'))
  limit.addEventListener('abort', onLimit)
  thread.on('message', resolve).on('error', onError).on('exit', onExit)
  try {
    return await promise
  } finally {
    limit.removeEventListener('abort', onLimit)
    thread.off('message', resolve).off('error', onError).off('exit', onExit)
  }
}

function tooComplex(why: string, cause?: unknown): ProblemError {
  return problem('PIPELINE_TOO_COMPLEX', `Planning the jobs of narwhal.yml ${why}.`, { cause })
}

function notStarted(why: string, cause?: unknown): ProblemError {
  return problem('RUNNER_ERROR', `Starting the thread that plans ${why}.`, { cause })
}
