import type { PlannedCondition } from '@narwhal/protocol'
import { evaluateCondition, readsOfCondition } from '../expressions/evaluate-condition.ts'
import { skippedBecause } from '../next-waiting.ts'
import type { PlanRequest } from '../plan-request.ts'
import type { ExpandedJob } from './expand-jobs.ts'
import { globList } from './glob-list.ts'

/** What the `if` of a job comes to: nothing, a reason to skip the job, or a condition for later. */
export interface ChosenCondition {
  readonly condition?: PlannedCondition
  readonly skipped?: string
}

const maxLength = 4_096

/**
 * What is known of a job's `if` when the build is planned. One that reads neither needs nor bare words is answered at
 * once. Problems go to the file.
 */
export function chooseCondition({ template, definition, facts }: ExpandedJob, request: PlanRequest): ChosenCondition {
  const expression = definition.if
  if (expression === undefined) return {}
  const reads = readsOfCondition(expression)
  const changed = answerChanged(reads.globs, request.changes ?? 'all')
  const add = (message: string, hint: string) =>
    template.file.add('PIPELINE_UNANSWERED', ['jobs', template.ownKey, 'if'], { message, hint })
  if (reads.needs || reads.words) {
    if (expression.length > maxLength) add('the condition is too long with its inputs', 'Read fewer or shorter inputs.')
    return { condition: { expression: expression.slice(0, maxLength), changed, matrix: definition.matrix } }
  }
  const words = { success: true, failure: false, cancelled: false }
  const answer = evaluateCondition(expression, { ...facts, changed, words })
  if ('fault' in answer) add(answer.fault, 'Look at the values that it reads for this commit.')
  return 'holds' in answer && !answer.holds ? { skipped: skippedBecause(expression) } : {}
}

/**
 * Whether a changed file matches each of `globs`, as `changed()` asks; every one does when there is nothing to compare with.
 *
 * @param changes paths that differ from what was there before.
 */
export function answerChanged(
  globs: readonly string[],
  changes: readonly string[] | 'all',
): Readonly<Record<string, boolean>> {
  return Object.fromEntries(
    globs.map((glob) => {
      const list = globList([glob])
      return [glob, changes === 'all' || changes.some((path) => list.matchesPath(path))] as const
    }),
  )
}
