import { answerExpression } from './answer.ts'
import type { ExpressionFacts } from './facts.ts'
import { parseExpression } from './parse-expression.ts'
import { celLiteral, rewriteReferences } from './rewrite-references.ts'
import { splitTemplate } from './split-template.ts'

const maxFilledLength = 131_072

/** A text with its expressions filled in, or why that cannot be, in a sentence. */
export type Filled = { readonly text: string } | { readonly fault: string }

/**
 * Fills the `${{ … }}` of a text. It throws for none.
 *
 * @param options.keep `needs`: what reads `needs` stays an expression, in which inputs are filled in. The text is a
 *   template still: where a value has `${{` it is written so that the second filling gives back just that.
 */
export function fillTemplate(
  template: string,
  facts: ExpressionFacts,
  options: { readonly keep?: 'needs' } = {},
): Filled {
  const split = splitTemplate(template)
  if ('fault' in split) return { fault: `The text cannot be read: ${split.fault.message}.` }
  let filled = ''
  let plain = ''
  for (const piece of split.pieces) {
    const part = piece.kind === 'text' ? { text: piece.text } : fillExpression(piece.expression, facts, options)
    if ('fault' in part) return part
    if ('kept' in part) {
      filled += escaped(plain) + part.kept
      plain = ''
    } else plain += part.text
    if (filled.length + plain.length > maxFilledLength) return { fault: 'The text is too long once it is filled in.' }
  }
  return { text: filled + (options.keep === undefined ? plain : escaped(plain)) }
}

function fillExpression(
  text: string,
  facts: ExpressionFacts,
  { keep }: { readonly keep?: 'needs' },
): Filled | { readonly kept: string } {
  const parsed = parseExpression(text)
  if ('fault' in parsed) return { fault: `The expression cannot be read: ${parsed.fault.message}.` }
  const readsNeeds = parsed.references.some(({ kind }) => kind === 'output' || kind === 'outcome')
  if (keep === 'needs' && readsNeeds) return { kept: `\${{${withInputs(text, facts)}}}` }
  const found = answerExpression(parsed, facts)
  if ('fault' in found) return found
  const value = String(found.value)
  return value.includes('\0') ? { fault: 'A value has a NUL character.' } : { text: value }
}

/**
 * An expression with the inputs and the author as the texts that they are: what comes later does not know the defaults of
 * inputs, nor an author of whom git alone tells.
 */
export function withInputs(text: string, { inputs, commit }: ExpressionFacts): string {
  const values = inputs ?? commit.inputs ?? {}
  return rewriteReferences(text, (reference) => {
    if (reference.kind === 'name' && reference.name === 'author') return celLiteral(commit.author ?? '')
    if (reference.kind !== 'input') return undefined
    const value = Object.hasOwn(values, reference.key) ? values[reference.key] : undefined
    return reference.isTest ? String(value !== undefined) : celLiteral(value ?? '')
  })
}

/** Values are no templates: their braces stay braces. */
function escaped(text: string): string {
  return text.replaceAll('${{', '${{ "${{" }}')
}
