import type { Clock, Log } from '@narwhal/host'
import { isProblem } from '@narwhal/protocol'
import { isPassing } from './is-passing.ts'
import { problemFields } from './problem-fields.ts'

/** How often the same trouble is told of, in milliseconds. */
const repeatMs = 60_000

export interface ComplaintDeps {
  readonly dispatcherUrl: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * Tells the log of a dispatcher that does not answer as it should: at once when the trouble is new, then every minute;
 * in between only at the level debug. Trouble that does not pass by itself is an error, the rest a warning.
 */
export function openComplaint({ dispatcherUrl, clock, log }: ComplaintDeps) {
  let told = { code: '', at: 0 }
  return {
    tell(error: unknown): void {
      const code = isProblem(error) ? error.code : 'unknown'
      const isDue = told.code !== code || clock.monotonic() - told.at >= repeatMs
      if (isDue) told = { code, at: clock.monotonic() }
      const isRefused = !isPassing(error)
      const what = isRefused ? 'refuses this runner' : 'does not answer as it should'
      log[isDue ? (isRefused ? 'error' : 'warn') : 'debug'](
        problemFields(error),
        `${dispatcherUrl} ${what} (${code}); tried again`,
      )
    },
  }
}
