import type { TypeCheckResult } from '@marcbachmann/cel-js'
import type { ExpressionFault } from './fault.ts'

/** What CEL's types say against an expression, in our words. */
export function typeFault(error: TypeCheckResult['error']): ExpressionFault {
  const offset = error?.range?.start ?? 0
  const summary = error?.summary ?? 'the types do not fit'
  return { code: 'PIPELINE_EXPRESSION_TYPE', offset, ...inOurWords(error?.code ?? '', summary) }
}

/** A condition that is not true or false, or a part of a text that cannot be shown; `undefined` when `type` is fine. */
export function wrongTypeFault(type: string, isCondition: boolean): ExpressionFault | undefined {
  const code = 'PIPELINE_EXPRESSION_TYPE'
  if (isCondition) {
    if (type === 'bool') return undefined
    const message = `a condition must be true or false; this is ${withArticle(type)}`
    return { code, offset: 0, message, hint: 'Compare it, for example: branch == "main"' }
  }
  if (['string', 'bool', 'int', 'uint', 'double'].includes(type)) return undefined
  const message = `\`\${{ }}\` must be a text, a number, true or false; this is ${withArticle(type)}`
  return { code, offset: 0, message, hint: 'Write one value, for example ${{ branch }}' }
}

const operands = /^no such overload: (.+) (==|!=|<=?|>=?|in|[-+*/%]) (.+)$/
const negated = /^no such overload: ([!-])(\S+)$/
const logical = /got '(.+)'$/

function inOurWords(code: string, summary: string): { message: string; hint: string } {
  const [, left = '', sign = '', right = ''] = operands.exec(summary) ?? []
  if (sign !== '') {
    const message = `\`${sign}\` does not go with ${withArticle(left)} and ${withArticle(right)}`
    return {
      message,
      hint: 'Names and matrix values are texts: compare them with text in quotes; string(…) and int(…) convert.',
    }
  }
  const [, unary = '', operand = ''] = negated.exec(summary) ?? []
  if (unary !== '') {
    const message = `\`${unary}\` does not go with ${withArticle(operand)}`
    return {
      message,
      hint: unary === '!' ? 'Compare it, for example: branch != "main"' : 'Only numbers can be negative.',
    }
  }
  const got = logical.exec(summary)?.[1]
  if (code === 'invalid_logical_operand' && got !== undefined) {
    const message = `\`&&\` and \`||\` join what is true or false; this is ${withArticle(got)}`
    return { message, hint: 'Compare it, for example: branch == "main" || branch == "next"' }
  }
  return {
    message: summary.replaceAll("'", '"'),
    hint: 'Names and matrix values are texts; string(…) and int(…) convert.',
  }
}

const typeNames = new Map([
  ['string', 'a text'],
  ['int', 'a number'],
  ['uint', 'a number'],
  ['double', 'a number with a point'],
  ['bool', 'true or false'],
  ['null', 'nothing'],
])

function withArticle(type: string): string {
  return typeNames.get(type) ?? (type.startsWith('list') ? 'a list' : `"${type}"`)
}
