import type { StepEvent, StepState } from '@narwhal/protocol'

/** The step after `event`. A late or repeated event is normal on a network: it returns `step` itself. */
export function nextStep(step: StepState, event: StepEvent): StepState {
  switch (step.state) {
    case 'pending':
      return nextPendingStep(step, event)
    case 'running':
      return event.type === 'ended' ? finishedStep(step, event) : step
    case 'finished':
      return step
    default:
      return step satisfies never
  }
}

function nextPendingStep(step: StepState, event: StepEvent): StepState {
  switch (event.type) {
    case 'started':
      return { state: 'running', startedAt: event.at }
    case 'skipped':
      return { state: 'finished', ending: { outcome: 'skipped' }, finishedAt: event.at }
    case 'ended':
      return step
    default:
      return event satisfies never
  }
}

type RunningStep = Extract<StepState, { state: 'running' }>
type StepEnded = Extract<StepEvent, { type: 'ended' }>

function finishedStep({ startedAt }: RunningStep, { ending, exitCode, at }: StepEnded): StepState {
  const finished = { state: 'finished', ending, startedAt, finishedAt: at } as const
  return exitCode === undefined ? finished : { ...finished, exitCode }
}
