import { parseExpression } from './parse-expression.ts'
import type { Reference } from './reference.ts'

/** An expression in which each reference that `replacement` knows another text for has that text. */
export function rewriteReferences(text: string, replacement: (reference: Reference) => string | undefined): string {
  const parsed = parseExpression(text)
  if ('fault' in parsed) return text
  let rewritten = ''
  let from = 0
  for (const reference of parsed.references) {
    rewritten +=
      text.slice(from, reference.start) + (replacement(reference) ?? text.slice(reference.start, reference.end))
    from = reference.end
  }
  return rewritten + text.slice(from)
}

/** A text as CEL writes it. */
export function celLiteral(text: string): string {
  return JSON.stringify(text.toWellFormed())
}
