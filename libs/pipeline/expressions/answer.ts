import { EvaluationError } from '@marcbachmann/cel-js'
import { evaluateCel } from './cel.ts'
import type { ConditionFacts, ExpressionFacts } from './facts.ts'
import type { Expression } from './parse-expression.ts'
import { valueOfReference } from './value-of-reference.ts'

/** The value of an expression, or why it has none, in a sentence. */
export type Answer = { readonly value: string | boolean | number | bigint } | { readonly fault: string }

/** Answers an expression. It throws for none; its time is bounded by the length of the expression and of the values. */
export function answerExpression(
  { references, variables, celText }: Expression,
  facts: ExpressionFacts | ConditionFacts,
): Answer {
  const values: Record<string, string | boolean> = {}
  const missing: string[] = []
  for (const [index, reference] of references.entries()) {
    const found = valueOfReference(reference, facts)
    // what is missing stays unknown to CEL, which fails only if the answer depends on it
    if ('missing' in found) missing.push(found.missing)
    else values[variables[index] ?? ''] = found.value
  }
  return evaluate(celText, values, missing)
}

function evaluate(
  celText: string,
  values: Readonly<Record<string, string | boolean>>,
  missing: readonly string[],
): Answer {
  try {
    const value: unknown = evaluateCel(celText, values)
    if (typeof value === 'bigint' || typeof value === 'number') return { value }
    if (typeof value === 'string' || typeof value === 'boolean') return { value }
    return { fault: 'The expression has no value that can be used.' }
  } catch (error) {
    if (!(error instanceof EvaluationError)) return { fault: 'The expression cannot be answered.' }
    const [first] = error.code === 'unknown_variable' ? missing : []
    return { fault: first ?? `The expression cannot be answered: ${error.summary}.` }
  }
}
