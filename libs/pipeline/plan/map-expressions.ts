import { type FillableJob, fillTexts } from '../expressions/fill-texts.ts'
import { splitTemplate } from '../expressions/split-template.ts'

/** The same job with every expression that its runner or the dispatcher will answer written anew by `rewrite`. */
export function mapExpressions<T extends FillableJob & { readonly if?: string }>(
  job: T,
  rewrite: (expression: string) => string,
): T {
  const filled = fillTexts(job, (template) => ({ text: rewriteTemplate(template, rewrite) }))
  const mapped = 'job' in filled ? filled.job : job // rewriting has no faults
  return {
    ...mapped,
    ...(mapped.if === undefined ? {} : { if: rewrite(mapped.if) }),
    steps: mapped.steps.map((step) => (step.if === undefined ? step : { ...step, if: rewrite(step.if) })),
  }
}

function rewriteTemplate(template: string, rewrite: (expression: string) => string): string {
  const split = splitTemplate(template)
  if ('fault' in split) return template
  const pieces = split.pieces.map((piece) =>
    piece.kind === 'text' ? piece.text : `\${{${rewrite(piece.expression)}}}`,
  )
  return pieces.join('')
}
