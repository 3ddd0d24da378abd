import { isCode, isProduct, lineAt, type Source, type Violation } from './source.ts'
import { child, nameOf, findSyntax, placeOf, type Syntax } from './syntax.ts'

const maxCastsPerLine = 2 / 1000

/** `any`, `!` and comments that silence the type checker. */
export function typeHoles(sources: readonly Source[]): readonly Violation[] {
  return sources
    .filter(isCode)
    .flatMap((source) => [
      ...findSyntax(source, 'TSAnyKeyword').map(
        (node) => `${placeOf(source, node)} says \`any\`; \`unknown\` keeps the checker awake`,
      ),
      ...findSyntax(source, 'TSNonNullExpression').map(
        (node) => `${placeOf(source, node)} says \`!\`; check for undefined`,
      ),
      ...silencers(source),
    ])
}

/** Casts beyond two in a thousand lines of product code: then all of them are listed. */
export function casts(sources: readonly Source[]): readonly Violation[] {
  const product = sources.filter(isProduct)
  const lines = product.reduce((sum, { text }) => sum + text.split('\n').length, 0)
  const found = product.flatMap((source) => castsOf(source).map((node) => `${placeOf(source, node)} casts with \`as\``))
  return found.length <= lines * maxCastsPerLine ? [] : found
}

function castsOf(source: Source): readonly Syntax[] {
  return findSyntax(source, 'TSAsExpression', 'TSTypeAssertion').filter((node) => {
    const type = child(node, 'typeAnnotation')
    return nameOf(child(type, 'typeName')) !== 'const'
  })
}

function silencers({ path, text }: Source): readonly Violation[] {
  return [...text.matchAll(/\/[/*]\s*@ts-(?:ignore|nocheck|expect-error)/g)].map(
    ({ index }) => `${path}:${lineAt(text, index)} silences the type checker`,
  )
}
