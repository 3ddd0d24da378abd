import { problem } from '@narwhal/protocol'

/** What ends an attempt early. The first reason counts. */
export interface AttemptStop {
  /** Aborts when the work of the attempt has to end: cancelled, stopped or abandoned. */
  readonly signal: AbortSignal
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
  const abandoned = new AbortController()
  return {
    signal: stop.signal,
    abandoned: abandoned.signal,
    cancel: (because) => stop.abort(problem('CANCELLED', `Cancelled: ${because}`)),
    halt: () => stop.abort(problem('RUNNER_STOPPED', 'The runner was stopped before the job had ended.')),
    abandon(reason) {
      abandoned.abort(reason)
      stop.abort(reason)
    },
  }
}
