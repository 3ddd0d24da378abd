import { answerExpression } from './answer.ts'
import type { ConditionFacts } from './facts.ts'
import { parseExpression } from './parse-expression.ts'
import { statusWords } from './reference.ts'

/**
 * Whether a condition holds. One without a bare word (`success`, `failure`, `always`, `cancelled`) holds only if `success`
 * does too. It throws for no text; a condition without an answer is a fault, in a sentence.
 */
export function evaluateCondition(
  expression: string,
  facts: ConditionFacts,
): { readonly holds: boolean } | { readonly fault: string } {
  const parsed = parseExpression(expression)
  if ('fault' in parsed) return { fault: `The condition cannot be read: ${parsed.fault.message}.` }
  const hasWord = parsed.references.some(({ kind, ...read }) => kind === 'name' && 'name' in read && isWord(read.name))
  if (!hasWord && !facts.words.success) return { holds: false }
  const found = answerExpression(parsed, facts)
  if ('fault' in found) return found
  return typeof found.value === 'boolean'
    ? { holds: found.value }
    : { fault: 'The condition is neither true nor false.' }
}

/** What the answer of a condition depends on beside the commit and the matrix. */
export interface ConditionReads {
  /** Outputs or outcomes of needed jobs. */
  readonly needs: boolean
  /** Bare words. */
  readonly words: boolean
  /** The globs of `changed()`. */
  readonly globs: readonly string[]
}

/** What a condition reads; nothing when it cannot be read. */
export function readsOfCondition(expression: string): ConditionReads {
  const parsed = parseExpression(expression)
  const references = 'fault' in parsed ? [] : parsed.references
  return {
    needs: references.some(({ kind }) => kind === 'output' || kind === 'outcome'),
    words: references.some((reference) => reference.kind === 'name' && isWord(reference.name)),
    globs: references.flatMap((reference) => (reference.kind === 'changed' ? [reference.glob] : [])),
  }
}

function isWord(name: string): boolean {
  return statusWords.some((word) => word === name)
}
