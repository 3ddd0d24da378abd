import type { EngineCall } from './counted-engine.ts'
import type { HeardAttempt } from './stand-in-dispatcher.ts'

/** How each step ended, in their order; one that was skipped has begun never. */
export function stepOutcomes({ events }: HeardAttempt): readonly string[] {
  const ends = events.flatMap((event) => (event.type === 'step-ended' ? [event] : []))
  return ends.toSorted((one, other) => one.step - other.step).map(({ ending }) => ending.outcome)
}

/** The logs by step. */
export function stepLogs({ logs }: HeardAttempt): Readonly<Record<number, string>> {
  return Object.fromEntries([...logs].map(([step, bytes]) => [step, String(bytes)]))
}

/** What the engine was given in calls of one kind. */
export function specsOf<C extends 'startContainer' | 'startSidecar' | 'runStep'>(
  calls: readonly EngineCall[],
  call: C,
) {
  return calls.flatMap((one) => (one.call === call ? [one] : [])) as Extract<EngineCall, { call: C }>[] // by its `call`
}
