import type { MirrorCommit } from '@narwhal/git'
import { answerChanged, type JobDefinition, readsOfCondition } from '@narwhal/pipeline'
import type { AttemptWork } from '../attempt.ts'

/** What the conditions of steps ask of changed files: glob → whether one matches it. Git is asked only when one does. */
export async function changedFacts(
  { steps }: JobDefinition,
  commit: Pick<MirrorCommit, 'listChanges'>,
  { offer, signal }: Pick<AttemptWork, 'offer' | 'signal'>,
): Promise<Readonly<Record<string, boolean>>> {
  const globs = steps.flatMap((step) => (step.if === undefined ? [] : readsOfCondition(step.if).globs))
  if (globs.length === 0) return {}
  const { before, base } = offer.commit
  return answerChanged(globs, await commit.listChanges({ before, base, signal }))
}
