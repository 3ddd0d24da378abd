import { ParseError } from '@marcbachmann/cel-js'
import { quoted } from '../quoted.ts'
import { cel, maxReferences } from './cel.ts'
import type { ExpressionFault } from './fault.ts'
import { readReferences } from './read-references.ts'
import { isBoolean, type Reference } from './reference.ts'

/** An expression that could be read: what it reads, in order, and what CEL is given in its stead. */
export interface Expression {
  readonly references: readonly Reference[]
  /** Of the same length, so that offsets stay true. */
  readonly celText: string
  /** The CEL variable of each reference. */
  readonly variables: readonly string[]
}

/** What a person may write; what the planner has filled in may be longer. */
export const maxExpressionLength = 1_024

/** Reads an expression without looking at what is known where it stands. It throws for no text. */
export function parseExpression(text: string): Expression | { readonly fault: ExpressionFault } {
  try {
    return expressionOf(text)
  } catch (error) {
    return { fault: syntaxFault(error, text) }
  }
}

function expressionOf(text: string): Expression | { readonly fault: ExpressionFault } {
  const { references, fault } = readReferences(cel.parse(text).ast, text)
  if (fault !== undefined) return { fault }
  if (references.length > maxReferences) return { fault: tooMany(references) }
  const variables = references.map((reference, index) =>
    reference.kind === 'name' ? reference.name : `${isBoolean(reference) ? 'b' : 's'}${index}`,
  )
  return { references, variables, celText: withVariables(text, references, variables) }
}

function withVariables(text: string, references: readonly Reference[], variables: readonly string[]): string {
  let replaced = ''
  let from = 0
  for (const [index, { start, end }] of references.entries()) {
    replaced += text.slice(from, start) + (variables[index] ?? '').padEnd(end - start)
    from = end
  }
  return replaced + text.slice(from)
}

function tooMany(references: readonly Reference[]): ExpressionFault {
  return {
    code: 'PIPELINE_OVER_LIMIT',
    offset: references[maxReferences]?.start ?? 0,
    message: `the expression reads ${references.length} values; ${maxReferences} is the limit`,
    hint: 'Decide it in a script instead.',
  }
}

function syntaxFault(error: unknown, text: string): ExpressionFault {
  if (!(error instanceof ParseError)) {
    return { code: 'PIPELINE_BAD_EXPRESSION', offset: 0, message: 'the expression cannot be read', hint: usual }
  }
  const offset = Math.min(error.range?.start ?? 0, text.length)
  if (error.code === 'limit_exceeded') return { ...overLimit, offset }
  return { code: 'PIPELINE_BAD_EXPRESSION', offset, ...syntaxText(error, text, offset) }
}

const usual = 'Write for example: branch == "main" && trigger == "push"'

const overLimit = {
  code: 'PIPELINE_OVER_LIMIT',
  message: 'the expression is too large or too deep',
  hint: 'Decide it in a script instead, or write it flatter.',
} as const

function syntaxText(error: ParseError, text: string, offset: number): { message: string; hint: string } {
  const rest = text.slice(offset)
  if (text.trim() === '') return { message: 'the expression is empty', hint: usual }
  if (rest === '') return { message: 'the expression ends too early', hint: usual }
  if (error.code.startsWith('unterminated')) {
    return { message: 'a quote is opened and not closed', hint: 'Close it.' }
  }
  if (/^=[^=]/.test(rest)) return { message: '`=` compares nothing', hint: 'Compare with ==' }
  const word = /^[A-Za-z_]\w*/.exec(wordAround(text, offset))?.[0]
  const written = word === undefined ? undefined : writtenSigns.get(word.toLowerCase())
  if (word !== undefined && written !== undefined) {
    return { message: `there is no ${quoted(word)} in expressions`, hint: `Write ${written}` }
  }
  if (/[.]\s*$/.test(text.slice(0, offset))) {
    return {
      message: `${quoted(word ?? rest.slice(0, 1))} cannot stand after a dot`,
      hint: 'Write ["name"] instead of .name',
    }
  }
  return { message: `${quoted(word ?? rest.slice(0, 1))} does not belong here`, hint: usual }
}

const writtenSigns = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
  ['is', '=='],
  ['eq', '=='],
])

/** From the beginning of the word at `offset` on. */
function wordAround(text: string, offset: number): string {
  const before = /[A-Za-z_]\w*$/.exec(text.slice(0, offset))?.[0] ?? ''
  return before + text.slice(offset)
}
