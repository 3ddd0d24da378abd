import type { Clock } from '@narwhal/host'
import type { Timeout } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'
import { until, withinTime } from '../within-time.ts'
import type { Growth } from './growth.ts'

export interface TimeoutDeps {
  /** Who is limited, such as `Step "npm test"`. */
  readonly who: string
  readonly growth: Growth
  readonly clock: Clock
  readonly signal: AbortSignal
  /** It began so long ago; by default just now. */
  readonly elapsedMs?: number
}

/** Runs `work` with a signal that aborts when `signal` does, when its time is over, and when it was silent for too long. */
export function withinTimeout<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeout: Timeout | undefined,
  { who, growth, clock, signal, elapsedMs = 0 }: TimeoutDeps,
): Promise<T> {
  const { totalMs, silenceMs } = timeout ?? {}
  const audible = (limited: AbortSignal) => {
    if (silenceMs === undefined) return work(limited)
    const reason = () => tooSilent(who, silenceMs)
    return until((ended) => growth.untilSilent(silenceMs, ended), work, { signal: limited, reason })
  }
  const ms = totalMs === undefined ? undefined : totalMs - elapsedMs
  return withinTime(audible, { ms, clock, signal, tooLate: () => tooLong(who, totalMs ?? 0) })
}

/** `who` had its time. */
export function tooLong(who: string, ms: number) {
  return problem('TIMEOUT_TOTAL', `${who} took longer than its ${ms / 1000} s.`)
}

/** `who` was silent for `ms` milliseconds. */
export function tooSilent(who: string, ms: number) {
  return problem('TIMEOUT_SILENCE', `${who} put out nothing for ${ms / 1000} s.`)
}
