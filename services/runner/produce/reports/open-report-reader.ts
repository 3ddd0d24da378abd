import { Worker } from 'node:worker_threads'
import type { Clock } from '@narwhal/host'
import type { FileReport, ReportFile } from './file-report.ts'

// Whoever writes a job writes the files that are parsed here, so this happens in a thread of its own:
// 1. It has a heap of its own; one that outgrows it ends the thread, not the runner.
// 2. One file at a time, each with a limit of time. A thread that has reached it is ended; the next file gets another.

/** Reads report files of strangers. Disposing ends the thread, if there is one. */
export interface ReportReader extends AsyncDisposable {
  /** What a file says. Its bytes are given away. @throws only the reason of the signal. */
  read(file: ReportFile): Promise<FileReport>
  /** How many files took more time or memory than there is. */
  readonly unanswered: () => number
}

/** Milliseconds for one file. */
const limitMs = 5_000

/** Megabytes of heap. */
const heapMb = 64

const source = new URL('report-thread.ts', import.meta.url)

/** A reader whose thread starts with the first file. */
export function openReportReader({
  clock,
  signal,
}: {
  readonly clock: Clock
  readonly signal: AbortSignal
}): ReportReader {
  let thread: Worker | undefined
  let unanswered = 0
  const end = async () => {
    await thread?.terminate()
    thread = undefined
  }
  return {
    async read(file) {
      signal.throwIfAborted()
      thread ??= startThread()
      const report = await answerOf(thread, file, { clock, signal })
      if (report !== 'no answer') return report
      await end()
      signal.throwIfAborted()
      unanswered += 1
      return { fault: `it takes more than ${limitMs / 1000} s or ${heapMb} MB to read` }
    },
    unanswered: () => unanswered,
    [Symbol.asyncDispose]: end,
  }
}

function startThread(): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 }
  const thread = new Worker(source, { resourceLimits, env: {}, execArgv: [] })
  thread.unref()
  thread.on('error', () => undefined) // whoever waits for its answer hears of its exit
  return thread
}

/** What the thread answers; no answer when the time is over, it has ended, or the signal is aborted. */
async function answerOf(
  thread: Worker,
  file: ReportFile,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<FileReport | 'no answer'> {
  const answered = new AbortController()
  const { promise, resolve } = Promise.withResolvers<FileReport | 'no answer'>()
  const giveUp = () => resolve('no answer')
  thread.on('message', resolve).on('exit', giveUp)
  clock.sleep(limitMs, AbortSignal.any([signal, answered.signal])).then(giveUp, giveUp)
  try {
    thread.postMessage(file, file.bytes.buffer instanceof ArrayBuffer ? [file.bytes.buffer] : [])
    return await promise
  } finally {
    answered.abort()
    thread.off('message', resolve).off('exit', giveUp)
  }
}
