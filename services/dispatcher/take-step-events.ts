import { nextStep } from '@narwhal/pipeline'
import { type AttemptReportEvent, problem, type StepEvent } from '@narwhal/protocol'
import type { AttemptRecord } from '@narwhal/store'

/**
 * The attempt after the events that are new to it; the same object when none is.
 *
 * @throws {ProblemError} REPORT_GAP with `data.expected`, when an event is missing before these.
 */
export function takeStepEvents(attempt: AttemptRecord, events: readonly AttemptReportEvent[]): AttemptRecord {
  let { reported, steps } = attempt
  for (const event of events) {
    if (event.sequence <= reported) continue
    const expected = reported + 1
    if (event.sequence > expected)
      throw problem('REPORT_GAP', `event ${expected} is missing before ${event.sequence}`, { data: { expected } })
    reported = event.sequence
    if (event.type === 'started') continue
    steps = steps.map((step) =>
      step.index === event.step ? { ...step, state: nextStep(step.state, stepEventOf(event)) } : step,
    )
  }
  return reported === attempt.reported ? attempt : { ...attempt, reported, steps }
}

function stepEventOf(event: Exclude<AttemptReportEvent, { type: 'started' }>): StepEvent {
  if (event.type === 'step-started') return { type: 'started', at: event.at }
  const { at, ending, exitCode } = event
  if (ending.outcome === 'skipped') return { type: 'skipped', at }
  return { type: 'ended', at, ending, ...(exitCode === undefined ? {} : { exitCode }) }
}
