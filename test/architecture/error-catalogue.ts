import { isProduct, type Source, type Violation } from './source.ts'
import { child, dotted, list, nameOf, findSyntax, placeOf, type Syntax } from './syntax.ts'

const definitions = 'libs/protocol/problems/'
const systemCode = /^(?:E[A-Z0-9]+|ERR_[A-Z_]+)$/ // ENOENT, ERR_INVALID_ARG_TYPE: codes of Node

/** Codes that have no section in `page`, and sections that have no code. */
export function undocumentedCodes(page: string, codes: readonly string[]): readonly Violation[] {
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title ?? '')
  return [
    ...codes.filter((code) => !sections.includes(code)).map((code) => `docs/errors.md has no section ${code}`),
    ...sections.filter((title) => !codes.includes(title)).map((title) => `docs/errors.md: ${title} is no code`),
  ]
}

/** The codes that the files of the catalogue define, with their files. */
export function definedCodes(sources: readonly Source[]): ReadonlyMap<string, string> {
  const files = sources.filter(({ path }) => path.startsWith(definitions))
  const keys = files.flatMap((source) =>
    findSyntax(source, 'Property').map((property) => [nameOf(child(property, 'key')) ?? '', source.path] as const),
  )
  return new Map(keys.filter(([key]) => /^[A-Z][A-Z0-9_]+$/.test(key)))
}

/** Codes that no product code shows to anybody. */
export function unusedCodes(sources: readonly Source[]): readonly Violation[] {
  const product = sources.filter((source) => isProduct(source) && !source.path.startsWith(definitions))
  const used = new Set(product.flatMap((source) => findSyntax(source, 'Literal').map(nameOf)))
  return [...definedCodes(sources)]
    .filter(([code]) => !used.has(code))
    .map(([code, path]) => `${path} ${code} is used nowhere`)
}

/** `code: 'X'` where X is not in the catalogue. (`problem('X', …)` is checked by the types.) */
export function unknownCodes(sources: readonly Source[]): readonly Violation[] {
  const codes = definedCodes(sources)
  return sources.filter(isProduct).flatMap((source) =>
    findSyntax(source, 'Property').flatMap((property) => {
      const value = child(property, 'value')
      const code = value?.type === 'Literal' ? (nameOf(value) ?? '') : ''
      if (nameOf(child(property, 'key')) !== 'code' || !/^[A-Z][A-Z0-9_]+$/.test(code)) return []
      return codes.has(code) || systemCode.test(code) ? [] : [`${placeOf(source, property)} ${code} is no code`]
    }),
  )
}

/** Errors without a code. */
export function bareErrors(sources: readonly Source[]): readonly Violation[] {
  return sources.filter(isProduct).flatMap((source) =>
    findSyntax(source, 'ThrowStatement', 'CallExpression')
      .filter((node) => thrown(node).some((error) => dotted(child(error, 'callee')) === 'Error'))
      .map((node) => `${placeOf(source, node)} throws an error without a code; throw problem('CODE', …)`),
  )
}

/** What a `throw` or a `reject(…)` gives to its catcher. */
function thrown(node: Syntax): readonly (Syntax | undefined)[] {
  if (node.type === 'ThrowStatement') return [child(node, 'argument')]
  return nameOf(child(node, 'callee')) === 'reject' ? list(node, 'arguments') : []
}
