import type { StepDefinition } from '@narwhal/pipeline'

/** A step and its place in the job. */
export interface IndexedStep {
  readonly index: number
  readonly definition: StepDefinition
}

/** Steps that run side by side, one after the other: neighbours with the same number, and every other step for itself. */
export function stepGroups(steps: readonly StepDefinition[]): readonly (readonly IndexedStep[])[] {
  const groups: IndexedStep[][] = []
  for (const [index, definition] of steps.entries()) {
    const last = groups.at(-1)
    const joins = definition.parallel !== undefined && last?.at(-1)?.definition.parallel === definition.parallel
    if (joins) last?.push({ index, definition })
    else groups.push([{ index, definition }])
  }
  return groups
}
