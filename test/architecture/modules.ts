import { targetsOf } from './imports.ts'
import { isCode, type Source, type Violation } from './source.ts'
import { child, list, nameOf, findSyntax, placeOf, type Syntax } from './syntax.ts'

const kebabCase = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9-]+)*$/

/** Default exports outside of the config files of tools. */
export function defaultExports(sources: readonly Source[]): readonly Violation[] {
  const strict = sources.filter((source) => isCode(source) && !/(?:^|\/)[a-z]+\.config\.ts$/.test(source.path))
  return strict.flatMap((source) =>
    findSyntax(source, 'ExportDefaultDeclaration', 'ExportSpecifier')
      .filter((node) => node.type === 'ExportDefaultDeclaration' || nameOf(child(node, 'exported')) === 'default')
      .map((node) => `${placeOf(source, node)} exports a default; give it a name`),
  )
}

/** Files that hand on what other files export, and are not an index.ts that a package.json exports. */
export function barrels(sources: readonly Source[]): readonly Violation[] {
  const entries = [...targetsOf(sources).values()]
    .map(({ entry }) => entry)
    .filter((path) => path.endsWith('/index.ts'))
  const strict = sources.filter((source) => isCode(source) && !entries.includes(source.path))
  return strict.flatMap((source) =>
    findSyntax(source, 'ExportAllDeclaration', 'ExportNamedDeclaration')
      .filter((node) => isOurs(child(node, 'source')) || exportsAnImport(source, node))
      .map((node) => `${placeOf(source, node)} exports what another file defines; only the index.ts of a package does`),
  )
}

/** Files and folders of code that are not named in kebab-case. */
export function oddFileNames(sources: readonly Source[]): readonly Violation[] {
  return sources
    .filter((source) => isCode(source) && !source.path.split('/').every((part) => kebabCase.test(part)))
    .map(({ path }) => `${path} is not in kebab-case`)
}

function exportsAnImport(source: Source, node: Syntax): boolean {
  const imported = findSyntax(source, 'ImportDeclaration')
    .filter((declaration) => isOurs(child(declaration, 'source')))
    .flatMap((declaration) => list(declaration, 'specifiers'))
    .map((specifier) => nameOf(child(specifier, 'local')))
  return list(node, 'specifiers').some((specifier) => imported.includes(nameOf(child(specifier, 'local'))))
}

/** A dependency that stands behind one file of ours is a wall, not a barrel. */
function isOurs(specifier: Syntax | undefined): boolean {
  return /^(?:\.|@narwhal\/)/.test(nameOf(specifier) ?? '')
}
