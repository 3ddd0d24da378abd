import { problem } from '@narwhal/protocol'

/** What ends an attempt early. The first reason counts. */
export interface AttemptStop {
  /** Aborts when the work of the attempt has to end: cancelled, stopped or abandoned. */
  readonly signal: AbortSignal
  /** Aborts when nothing may run any more, not even what a cancel leaves time for: stopped or abandoned. */
  readonly halted: AbortSignal
  /** Aborts when nobody wants to hear of the attempt any more: its work ends, and no result is sent. */
  readonly abandoned: AbortSignal
  /** Somebody asked to stop; the attempt ends `cancelled`. */
  cancel(because: string): void
  /** The runner ends; the attempt ends `errored RUNNER_STOPPED`. */
  halt(): void
  abandon(reason: unknown): void
}

/** A stop that nothing has asked for yet. */
export function openAttemptStop(): AttemptStop {
  const stop = new AbortController()
  const halted = new AbortController()
  const abandoned = new AbortController()
  return {
    signal: stop.signal,
    halted: halted.signal,
    abandoned: abandoned.signal,
    cancel: (because) => stop.abort(problem('CANCELLED', `Cancelled: ${because}`)),
    halt() {
      const reason = problem('RUNNER_STOPPED', 'The runner was stopped before the job had ended.')
      stop.abort(reason)
      halted.abort(reason)
    },
    abandon(reason) {
      abandoned.abort(reason)
      halted.abort(reason)
      stop.abort(reason)
    },
  }
}
