import type { ExpressionFault } from './fault.ts'

/** A stretch of a template; `offset` is where its text, or the expression between the braces, begins. */
export type TemplatePiece =
  | { readonly kind: 'text'; readonly text: string; readonly offset: number }
  | { readonly kind: 'expression'; readonly expression: string; readonly offset: number }

const opening = '${{'

/** The stretches of a template in order. `}}` inside quotes closes nothing. */
export function splitTemplate(
  template: string,
): { readonly pieces: readonly TemplatePiece[] } | { readonly fault: ExpressionFault } {
  const pieces: TemplatePiece[] = []
  let from = 0
  for (let start = template.indexOf(opening); start !== -1; start = template.indexOf(opening, from)) {
    if (start > from) pieces.push({ kind: 'text', text: template.slice(from, start), offset: from })
    const offset = start + opening.length
    const end = closingOf(template, offset)
    if (typeof end === 'object') return { fault: { ...end, offset: start } }
    pieces.push({ kind: 'expression', expression: template.slice(offset, end), offset })
    from = end + 2
  }
  if (from < template.length) pieces.push({ kind: 'text', text: template.slice(from), offset: from })
  return { pieces }
}

const unclosed = {
  code: 'PIPELINE_BAD_EXPRESSION',
  message: '`${{` is opened and not closed',
  hint: 'Close it with }}; a `${{` that should stay is written ${{ "${{" }}',
} as const

const openQuote = {
  code: 'PIPELINE_BAD_EXPRESSION',
  message: 'a quote is opened in `${{ }}` and not closed',
  hint: 'Close it.',
} as const

/** Where the expression that begins at `from` ends, or what is not closed. */
function closingOf(template: string, from: number): number | typeof unclosed | typeof openQuote {
  let quote: string | undefined
  for (let index = from; index < template.length; index++) {
    const character = template[index]
    if (quote !== undefined) {
      if (character === '\\') index++
      else if (character === quote) quote = undefined
    } else if (character === '"' || character === "'") quote = character
    else if (template.startsWith('}}', index)) return index
  }
  return quote === undefined ? unclosed : openQuote
}
