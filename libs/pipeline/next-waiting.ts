import { catalogue, type Commit, type Ending, type Outcome, type PlannedJob } from '@narwhal/protocol'
import { evaluateCondition } from './expressions/evaluate-condition.ts'
import { factsOfNeeds, type StatusFacts } from './expressions/facts.ts'

/** A needed job that has ended. */
export interface NeededOutcome {
  readonly key: string
  readonly name: string
  readonly outcome: Outcome
  /** Of its ending: tells a job that was skipped because its own needs failed from one that had nothing to do. */
  readonly code: string | undefined
  readonly allowFailure: boolean
  readonly outputs: Readonly<Record<string, string>>
}

/** What is known of the build while a job waits. */
export interface WaitingFacts {
  readonly commit: Commit
  /** In the order of the job's needs; `undefined`: has not ended yet. */
  readonly needs: readonly (NeededOutcome | undefined)[]
  /** The build is being cancelled. */
  readonly isCancelled: boolean
}

/** What becomes of a job that waits. */
export type NextOfWaiting =
  | { readonly next: 'wait' }
  | { readonly next: 'release'; readonly needsApproval: boolean }
  | { readonly next: 'settle'; readonly ending: Ending }

/**
 * Whether a job that waits may run now, or never will.
 *
 * A job that was skipped counts as satisfied, unless it was skipped because what it needs had failed. A job whose needs
 * failed or were cancelled is skipped, unless its condition says otherwise by `failure`, `cancelled` or `always`.
 */
export function nextWaiting(job: PlannedJob, { commit, needs, isCancelled }: WaitingFacts): NextOfWaiting {
  if (job.skipped !== undefined) return settled({ outcome: 'skipped', code: 'JOB_SKIPPED', message: job.skipped })
  const ended = needs.filter((need) => need !== undefined)
  const unmet = ended.find(isUnmet)
  if (job.condition === undefined) {
    if (isCancelled) return settled(buildCancelled)
    if (unmet !== undefined) return settled(needsNotMet(unmet))
  }
  if (ended.length < needs.length) return { next: 'wait' }
  const release = isAllowed(job, commit) ? releaseOf(job) : settled(environmentUntrusted(job))
  if (job.condition === undefined) return release
  const words = wordsOf(ended, isCancelled)
  const { expression, changed, matrix } = job.condition
  const answer = evaluateCondition(expression, { commit, matrix, changed, words, needs: factsOfNeeds(ended) })
  if ('fault' in answer) return settled(unanswered(expression, answer.fault))
  if (answer.holds) return release
  if (isCancelled) return settled(buildCancelled)
  return settled(unmet === undefined ? conditionFalse(expression) : needsNotMet(unmet))
}

/** Nobody approves, and nothing deploys, what anybody may have written. */
function isAllowed({ environment }: PlannedJob, { trust }: Commit): boolean {
  return environment === undefined || trust !== 'untrusted'
}

function releaseOf({ approval }: PlannedJob): NextOfWaiting {
  return { next: 'release', needsApproval: approval !== undefined }
}

function environmentUntrusted({ name, environment }: PlannedJob): Ending {
  const message = `${name} wants to go to ${environment} with an untrusted commit.\n${catalogue.ENVIRONMENT_UNTRUSTED.fix}`
  return { outcome: 'failed', code: 'ENVIRONMENT_UNTRUSTED', message }
}

/** Why a job is skipped whose condition is false, in a sentence. */
export function skippedBecause(expression: string): string {
  const line = expression.replace(/\s+/g, ' ').trim()
  return `Its condition does not hold: ${line.length > 300 ? `${line.slice(0, 300)}…` : line}`
}

function settled(ending: Ending): NextOfWaiting {
  return { next: 'settle', ending }
}

function wordsOf(ended: readonly NeededOutcome[], isCancelled: boolean): StatusFacts {
  const cancelled = isCancelled || ended.some(({ outcome }) => outcome === 'cancelled')
  const failure = ended.some((need) => isUnmet(need) && need.outcome !== 'cancelled')
  return { success: !failure && !cancelled, failure, cancelled }
}

function isUnmet({ outcome, code, allowFailure }: NeededOutcome): boolean {
  switch (outcome) {
    case 'passed':
      return false
    case 'skipped':
      return code === 'NEEDS_NOT_MET'
    case 'failed':
    case 'errored':
      return !allowFailure
    case 'cancelled':
      return true
    default:
      return outcome satisfies never
  }
}

function needsNotMet({ name, outcome }: NeededOutcome): Ending {
  const happened = outcome === 'skipped' ? 'could not run either' : (happenings.get(outcome) ?? outcome)
  const message = `This job needs "${name}", which ${happened}.\n${catalogue.NEEDS_NOT_MET.fix}`
  return { outcome: 'skipped', code: 'NEEDS_NOT_MET', message }
}

const happenings = new Map<Outcome, string>([
  ['failed', 'failed'],
  ['errored', 'errored'],
  ['cancelled', 'was cancelled'],
])

const buildCancelled: Ending = {
  outcome: 'cancelled',
  code: 'CANCELLED',
  message: 'Cancelled before it began: its build was cancelled.',
}

function conditionFalse(expression: string): Ending {
  return { outcome: 'skipped', code: 'JOB_SKIPPED', message: skippedBecause(expression) }
}

function unanswered(expression: string, fault: string): Ending {
  const message = `${fault}\nIts condition is: ${expression.slice(0, 300)}\n${catalogue.CONDITION_UNANSWERED.fix}`
  return { outcome: 'failed', code: 'CONDITION_UNANSWERED', message }
}
