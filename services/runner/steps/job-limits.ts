import type { JobDefinition } from '@narwhal/pipeline'
import { isProblem, problem } from '@narwhal/protocol'
import type { JobWork } from '../attempt.ts'
import type { Growth } from './growth.ts'
import { elapsedMs } from './elapsed-ms.ts'
import { tooLong, tooSilent } from './step-timeout.ts'

// 1. A cancel or the timeout of the job ends the steps that run; what comes then are the steps that ask for it by `if`.
// 2. Those have `afterwardsMs` in all, and end at once when the runner does, or when somebody cancels a job that took too long.

const afterwardsMs = 5 * 60_000

/** What ends the steps of a job early. Disposing ends the watching. */
export interface JobLimits extends Disposable {
  /** Of the steps that begin now. */
  signal(): AbortSignal
  /** Of the steps that a former life of the runner began. */
  readonly formerSignal: AbortSignal
  /** Why steps were ended early, the first cause first. */
  interruptions(): readonly unknown[]
  /** Runs steps of which one at least has to put something out from time to time. */
  whileHeard<T>(run: () => Promise<T>): Promise<T>
}

/** Begins to watch. The time of the job counts from now on, or since a former life of the runner had prepared it. */
export function startJobLimits({ timeout }: JobDefinition, growth: Growth, work: JobWork): JobLimits {
  const { clock } = work
  const { totalMs, silenceMs } = timeout
  const over = new AbortController()
  const closed = new AbortController()
  const ordinary = AbortSignal.any([work.signal, over.signal])
  const later = (ms: number, then: () => void) => void clock.sleep(ms, closed.signal).then(then, () => undefined)
  let last: AbortSignal | undefined
  const since = work.former?.prepared?.at ?? clock.now()
  later(totalMs - elapsedMs(since, clock), () => over.abort(tooLong('The job', totalMs)))

  const afterwards = (): AbortSignal => {
    const late = new AbortController()
    later(afterwardsMs, () => late.abort(tooLate()))
    const stops = isProblem(ordinary.reason, 'CANCELLED') ? [work.halted] : [work.halted, work.signal]
    return AbortSignal.any([...stops, late.signal])
  }

  return {
    formerSignal: ordinary,
    signal() {
      if (ordinary.aborted) last ??= afterwards()
      return last ?? ordinary
    },
    interruptions: () => [ordinary, last].flatMap((signal) => (signal?.aborted ? [signal.reason] : [])),
    async whileHeard(run) {
      if (silenceMs === undefined || ordinary.aborted) return run()
      const ended = new AbortController()
      growth.untilSilent(silenceMs, ended.signal).then(
        () => over.abort(tooSilent('The job', silenceMs)),
        () => undefined,
      )
      try {
        return await run()
      } finally {
        ended.abort()
      }
    },
    [Symbol.dispose]: () => closed.abort(),
  }
}

function tooLate() {
  return problem('TIMEOUT_TOTAL', 'What was left to run after the job was ended took longer than 5 minutes.')
}
