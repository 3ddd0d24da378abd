import { cel } from './cel.ts'
import { checkReference } from './check-reference.ts'
import type { ExpressionFault } from './fault.ts'
import { type Expression, maxExpressionLength, parseExpression } from './parse-expression.ts'
import type { ExpressionScope } from './scope.ts'
import { splitTemplate } from './split-template.ts'
import { typeFault, wrongTypeFault } from './type-fault.ts'

/** What is wrong with a condition (a bare expression that must be true or false); `undefined` when nothing is. */
export function checkCondition(text: string, scope: ExpressionScope): ExpressionFault | undefined {
  if (text.includes('${{')) return { ...notBare, offset: text.indexOf('${{') }
  return checkExpression(text, { ...scope, isCondition: true })
}

/** What is wrong with a text that holds `${{ … }}`, each of which must be a text, a number, true or false. */
export function checkTemplate(text: string, scope: ExpressionScope): ExpressionFault | undefined {
  const split = splitTemplate(text)
  if ('fault' in split) return split.fault
  for (const piece of split.pieces) {
    if (piece.kind === 'text') continue
    const fault = checkExpression(piece.expression, { ...scope, isCondition: false })
    if (fault !== undefined) return { ...fault, offset: fault.offset + piece.offset }
  }
  return undefined
}

const notBare = {
  code: 'PIPELINE_BAD_EXPRESSION',
  message: '`if` is an expression itself',
  hint: 'Write it without ${{ }}, for example: if: branch == "main"',
} as const

function checkExpression(text: string, scope: ExpressionScope): ExpressionFault | undefined {
  if (text.length > maxExpressionLength) return tooLong(text)
  const expression = parseExpression(text)
  if ('fault' in expression) return expression.fault
  for (const reference of expression.references) {
    const fault = checkReference(reference, scope)
    if (fault !== undefined) return fault
  }
  return checkTypes(expression, scope)
}

function tooLong({ length }: string): ExpressionFault {
  return {
    code: 'PIPELINE_OVER_LIMIT',
    offset: 0,
    message: `the expression has ${length} characters; ${maxExpressionLength} is the limit`,
    hint: 'Decide it in a script instead.',
  }
}

function checkTypes({ celText }: Expression, { isCondition }: ExpressionScope): ExpressionFault | undefined {
  const { valid, type = '', error } = cel.check(celText)
  return valid ? wrongTypeFault(type, isCondition) : typeFault(error)
}
