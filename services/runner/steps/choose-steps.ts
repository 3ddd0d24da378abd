import { evaluateCondition, factsOfNeeds } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'
import { endingOf } from '../ending-of.ts'
import type { JobProgress } from './job-progress.ts'
import type { FailedStep } from './ready-step.ts'
import type { RunningJob } from './running-job.ts'
import type { IndexedStep } from './step-groups.ts'

/** What becomes of steps whose turn has come. */
export interface ChosenSteps {
  readonly run: readonly IndexedStep[]
  /** Their conditions have no answer. */
  readonly failed: readonly FailedStep[]
  readonly skipped: readonly IndexedStep[]
}

/** Answers the conditions of `group`. */
export function chooseSteps(group: readonly IndexedStep[], job: RunningJob, state: JobProgress['state']): ChosenSteps {
  const answers = group.map((step) => ({ step, answer: answerOf(step, job, state) }))
  return {
    run: answers.flatMap(({ step, answer }) => ('holds' in answer && answer.holds ? [step] : [])),
    failed: answers.flatMap(({ step, answer }) => ('fault' in answer ? [failedStep(step, answer.fault)] : [])),
    skipped: answers.flatMap(({ step, answer }) => ('holds' in answer && !answer.holds ? [step] : [])),
  }
}

function answerOf({ definition }: IndexedStep, { work, changed, definition: { matrix } }: RunningJob, state: string) {
  const words = { success: state === 'success', failure: state === 'failure', cancelled: state === 'cancelled' }
  if (definition.if === undefined) return { holds: words.success }
  const { commit, needs } = work.offer
  return evaluateCondition(definition.if, { commit, matrix, needs: factsOfNeeds(needs), changed, words })
}

function failedStep(step: IndexedStep, fault: string): FailedStep {
  return { ...step, fault: endingOf(problem('EXPRESSION_UNANSWERED', `Step "${step.definition.name}": ${fault}`)) }
}
