import type { Commit } from '@narwhal/protocol'
import type { JobDefinition } from '../pipeline.ts'
import { type EndedJob, factsOfNeeds } from './facts.ts'
import { fillTemplate } from './fill-template.ts'
import { fillTexts } from './fill-texts.ts'

/** What is known when a job starts. */
export interface StartFacts {
  readonly commit: Commit
  /** The jobs that it needs. */
  readonly needs: readonly EndedJob[]
}

/**
 * The second filling: a job definition of a plan with every text as it is to be used. It has to be done for each job
 * before it starts, once, also for one that needs no other. Conditions stay expressions.
 *
 * @returns the definition, or why it cannot be filled, in a sentence for the author of the pipeline.
 */
export function fillDefinition(
  definition: JobDefinition,
  { commit, needs }: StartFacts,
): { readonly definition: JobDefinition } | { readonly fault: string } {
  const facts = { commit, matrix: definition.matrix, needs: factsOfNeeds(needs) }
  const filled = fillTexts(definition, (text) => fillTemplate(text, facts), { isLast: true })
  return 'fault' in filled ? filled : { definition: filled.job }
}
