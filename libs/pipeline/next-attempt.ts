import type { AttemptEvent, AttemptState } from '@narwhal/protocol'

/** The attempt after `event`. A late or repeated event is normal on a network: it returns `attempt` itself. */
export function nextAttempt(attempt: AttemptState, event: AttemptEvent): AttemptState {
  switch (attempt.state) {
    case 'leased':
    case 'running':
      return nextHeldAttempt(attempt, event)
    case 'finished':
    case 'refused':
    case 'lost':
      return attempt
    default:
      return attempt satisfies never
  }
}

type HeldAttempt = Extract<AttemptState, { state: 'leased' | 'running' }>

function nextHeldAttempt(attempt: HeldAttempt, event: AttemptEvent): AttemptState {
  const started = attempt.state === 'running' ? { startedAt: attempt.startedAt } : {}
  switch (event.type) {
    case 'started':
      return attempt.state === 'leased' ? { ...attempt, state: 'running', startedAt: event.at } : attempt
    case 'ended':
      return { state: 'finished', ending: event.ending, ...started, finishedAt: event.at }
    case 'refused':
      return attempt.state === 'leased' ? { state: 'refused', refusedAt: event.at } : attempt
    case 'lost':
      return { state: 'lost', ...started, lostAt: event.at }
    default:
      return event satisfies never
  }
}
