import { resolveRelative, targetsOf } from './imports.ts'
import { isProduct, type Source, type Violation } from './source.ts'
import { child, list, nameOf, placeOf, type Syntax, syntaxOf } from './syntax.ts'

/** What a lib exports by its index.ts without a docstring. The type that bears the name of its schema is told by the schema. */
export function undocumentedExports(sources: readonly Source[]): readonly Violation[] {
  const isPublic = publicNames(sources)
  return sources
    .filter((source) => isProduct(source) && source.path.startsWith('libs/'))
    .flatMap((source) => {
      const told = new Set<string>()
      return list(syntaxOf(source), 'body').flatMap((node) => {
        const name = declaredName(node)
        if (name === undefined || told.has(name) || !isPublic(source.path, name)) return []
        told.add(name) // also of overloads only the first tells
        return hasDocstring(source, node) || isRoute(node) ? [] : [`${placeOf(source, node)} ${name} has no docstring`]
      })
    })
}

/** Whether a name that a file exports is handed on by the index.ts of its package, or stands in it. */
function publicNames(sources: readonly Source[]): (path: string, name: string) => boolean {
  const entries = new Set([...targetsOf(sources).values()].map(({ entry }) => entry))
  const handedOn = new Set(sources.filter(({ path }) => entries.has(path)).flatMap(namesHandedOn))
  return (path, name) => entries.has(path) || handedOn.has(`${path} *`) || handedOn.has(`${path} ${name}`)
}

/** `path name` for `export { name } from 'path'`, `path *` for `export * from 'path'`. */
function namesHandedOn(index: Source): readonly string[] {
  return list(syntaxOf(index), 'body').flatMap((node) => {
    const from = nameOf(child(node, 'source'))
    if (from === undefined || !node.type.startsWith('Export')) return []
    const path = resolveRelative(index.path, from)
    if (node.type === 'ExportAllDeclaration') return [`${path} *`]
    return list(node, 'specifiers').map((one) => `${path} ${nameOf(child(one, 'local'))}`)
  })
}

function declaredName(node: Syntax): string | undefined {
  if (node.type !== 'ExportNamedDeclaration') return undefined
  const declaration = child(node, 'declaration')
  return nameOf(child(declaration, 'id') ?? child(list(declaration, 'declarations')[0], 'id'))
}

function hasDocstring({ text }: Source, node: Syntax): boolean {
  return /\/\*\*(?:[^*]|\*(?!\/))*\*\/\s*$/.test(text.slice(0, node.start))
}

/** A route carries its own words: `summary`, and a description for each field. */
function isRoute(node: Syntax): boolean {
  const value = child(list(child(node, 'declaration'), 'declarations')[0], 'init')
  return (
    value?.type === 'TSSatisfiesExpression' && nameOf(child(child(value, 'typeAnnotation'), 'typeName')) === 'Route'
  )
}
